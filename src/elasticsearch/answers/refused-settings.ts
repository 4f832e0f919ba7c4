import { type Client, errors } from '@elastic/elasticsearch';

import { isRecord } from '../../sync/json-value';
import { statusOf } from './response-error';
import { readErrorCause } from './translate-failure';

/** A setting's value as it is asked for; `null` takes back what a template gives. */
type AskedValue = string | number | readonly string[] | null;

/** What a cluster is known to refuse. */
interface Known {
  readonly refused: Set<string>;
  hasAsked: boolean;
}

/** By the process's clients. */
const known = new WeakMap<Client, Known>();

/** Settings that pgferry gives indices where it may, and can do without. */
const DISPENSABLE: ReadonlySet<string> = new Set([
  'index.gc_deletes',
  'index.number_of_replicas',
  'index.number_of_shards',
  'index.auto_expand_replicas',
  'index.mapping.exclude_source_vectors',
]);

/** Of these, what Elastic Cloud Serverless keeps for itself. It says so of others that it is asked for. */
const KEPT_BY_SERVERLESS = [
  'index.gc_deletes',
  'index.number_of_replicas',
  'index.number_of_shards',
  'index.auto_expand_replicas',
];

/**
 * Settings that this Elasticsearch is known to refuse: by its kind, where it may be asked, and by what it has refused.
 */
export async function findRefusedSettings(client: Client): Promise<ReadonlySet<string>> {
  const of = knownOf(client);
  if (of.hasAsked) return of.refused;
  try {
    const { version }: { readonly version?: unknown } = await client.info();
    of.hasAsked = true;
    if (isRecord(version) && version['build_flavor'] === 'serverless') {
      for (const name of KEPT_BY_SERVERLESS) of.refused.add(name);
    }
  } catch (error) {
    // Without the privilege `monitor` its refusals have to tell; whatever else is wrong, the next request says.
    of.hasAsked = statusOf(error) === 403;
  }
  return of.refused;
}

/**
 * Makes a request with the settings that this Elasticsearch takes: those that pgferry can do without are left out where
 * they are refused, and remembered.
 * @throws the client's error for a refusal of anything else
 */
export async function withTakenSettings<Value extends AskedValue, Result>(
  client: Client,
  settings: Readonly<Record<string, Value>>,
  request: (taken: Readonly<Record<string, Value>>) => Promise<Result>,
): Promise<Result> {
  const refused = await findRefusedSettings(client);
  const taken = Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => !refused.has(name) || !isDispensable(name, value)),
  );
  try {
    return await request(taken);
  } catch (error) {
    const named = readRefusedSettings(error);
    const isOurs = named.every((name) => name in taken && isDispensable(name, taken[name] ?? null));
    if (named.length === 0 || !isOurs) throw error;
    for (const name of named) knownOf(client).refused.add(name);
    return withTakenSettings(client, taken, request);
  }
}

/** Changes the settings of an index, those that this Elasticsearch takes. */
export async function putTakenSettings(
  client: Client,
  index: string,
  settings: Readonly<Record<string, AskedValue>>,
): Promise<void> {
  await withTakenSettings(client, settings, async (taken) => {
    if (Object.keys(taken).length > 0) await client.indices.putSettings({ index, settings: taken });
  });
}

function knownOf(client: Client): Known {
  const found = known.get(client) ?? { refused: new Set(), hasAsked: false };
  known.set(client, found);
  return found;
}

function isDispensable(name: string, value: AskedValue): boolean {
  return value === null || DISPENSABLE.has(name);
}

const KEPT = /^Settings \[([^\]]+)\] are not available when running in serverless mode/u;
/** Versions before 9.2 don't know `index.mapping.exclude_source_vectors`. */
const UNKNOWN = /^unknown setting \[([^\]]+)\]/u;

/** The settings that an answer refuses by name; empty for every other error. */
function readRefusedSettings(error: unknown): string[] {
  if (!(error instanceof errors.ResponseError) || error.statusCode !== 400) return [];
  const { reason = '' } = readErrorCause(error.body);
  const names = KEPT.exec(reason)?.[1] ?? UNKNOWN.exec(reason)?.[1];
  return names === undefined ? [] : names.split(',').map((name) => name.trim());
}
