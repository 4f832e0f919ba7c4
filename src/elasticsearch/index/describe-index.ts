import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import type { FieldMapping } from '../../sync/field-mapping';
import type { IndexState } from '../../sync/index-state';
import { asObject, asText, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import type { IndexContent } from '../blueprint/index-content';
import { readContent } from '../blueprint/read-content';
import { isOwnIndex, type MappingMeta, parseState } from './state-format';

/** An index as it is, under the name that the configuration gives it. */
export interface IndexDescription {
  /** The name asked for: an alias or an index. */
  readonly name: string;
  /** The index itself; equals `name` where there is no alias. */
  readonly concrete: string;
  /** Whether `name` is an alias: then bulks say `require_alias`. */
  readonly viaAlias: boolean;
  /** Another one means that the index was deleted and made anew. */
  readonly uuid: string;
  /** UUID and history: another one than at the last sync means that the index was restored from a snapshot, or copied. */
  readonly identity: string;
  /** Whether pgferry made it, and so may delete it. */
  readonly isOwn: boolean;
  /** Fields by name. */
  readonly properties: Readonly<Record<string, FieldMapping>>;
  /** Settings that are set on the index, by their full name: `index.refresh_interval`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Settings, mapping and aliases; settings that a first load has replaced are as they will be put back. */
  readonly content: IndexContent;
  /** The mapping's `_meta`, pgferry's part and that of others. */
  readonly meta: MappingMeta;
  /** pgferry's own part of the mapping's `_meta`. */
  readonly state: IndexState;
}

/**
 * Describes the index that a name stands for; undefined where nothing has that name.
 *
 * @throws SyncFailure `InvalidConfig` for a pattern and a data stream, `IndexClosed`, `DestinationChanged` for an alias
 * over several indices: a write through it could go to one that pgferry knows nothing of.
 */
export async function describeIndex(client: Client, name: string): Promise<IndexDescription | undefined> {
  if (/[*,]|^_|^-/u.test(name)) throw new SyncFailure('InvalidConfig', `index_name "${name}" must be one plain name.`);
  const doing = `reading the index ${name}`;
  const found: unknown = await translateFailures(doing, () => getIndices(client, name));
  return readAnswer(doing, () => readDescription(name, asObject(found)));
}

function readDescription(name: string, found: Readonly<Record<string, unknown>>): IndexDescription | undefined {
  const [first, ...others] = Object.entries(found);
  if (first === undefined) return undefined;
  if (others.length > 0) throw standsOnSeveral(name, found);
  const concrete = first[0];
  const { aliases, mappings, settings, data_stream: dataStream } = asObject(first[1]);
  if (dataStream !== undefined) {
    throw new SyncFailure(
      'InvalidConfig',
      `index_name "${name}" is a data stream, whose documents can't be overwritten.`,
    );
  }
  if (asObject(asObject(aliases)[name] ?? {})['is_write_index'] === false) throw takesNoWrites(name, concrete);
  const { properties, _meta: meta = {} } = asObject(mappings);
  const flat = asObject(settings) as Record<string, string>;
  if (flat['index.verified_before_close'] === 'true') throw isClosed(concrete);
  const own = asObject(meta) as MappingMeta;
  const state = parseState(own);
  return {
    name,
    concrete,
    viaAlias: concrete !== name,
    uuid: asText(flat['index.uuid']),
    // Whoever restores a snapshot over an index keeps its UUID, and gives it a history.
    identity: [flat['index.uuid'], flat['index.history.uuid']].filter((uuid) => uuid !== undefined).join('/'),
    isOwn: isOwnIndex(own) || isNamedByRun(name, concrete),
    properties: asObject(properties ?? {}) as Record<string, FieldMapping>,
    settings: flat,
    content: readContent({ settings: { ...flat, ...state.restore }, mappings, aliases }),
    meta: own,
    state,
  };
}

const RUN_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u;

/** Whoever puts a `_meta` of his own takes pgferry's mark away; the run's id in the name tells as well who made it. */
function isNamedByRun(alias: string, concrete: string): boolean {
  return concrete.startsWith(`${alias}-`) && RUN_ID.test(concrete.slice(alias.length + 1));
}

function standsOnSeveral(name: string, found: Readonly<Record<string, unknown>>): SyncFailure {
  const isWritten = ([, index]: [string, unknown]): boolean =>
    asObject(asObject(asObject(index)['aliases'])[name] ?? {})['is_write_index'] === true;
  const names = Object.entries(found).map((entry) => (isWritten(entry) ? `${entry[0]} (written)` : entry[0]));
  return new SyncFailure(
    'DestinationChanged',
    `index_name "${name}" is an alias that was rolled over, or that stands on several indices: ` +
      `${names.join(', ')}. Nothing is written through it.`,
    'Let the alias stand on one of them alone (POST /_aliases), and exempt it from rollover: pgferry ' +
      'overwrites and deletes documents, which has to happen in one index.',
  );
}

function isClosed(concrete: string): SyncFailure {
  const remedy = `Open it: POST /${concrete}/_open; then sync again.`;
  return new SyncFailure('IndexClosed', `The index ${concrete} is closed.`, remedy);
}

/** Refuses an alias as a rollover leaves it when its new index is deleted again. */
function takesNoWrites(name: string, concrete: string): SyncFailure {
  return new SyncFailure(
    'DestinationChanged',
    `index_name "${name}" is an alias that takes no writes: on ${concrete}, its only index, is_write_index is false.`,
    `Make it take writes: POST /_aliases {"actions": [{"add": {"index": "${concrete}", "alias": ` +
      `"${name}", "is_write_index": true}}]}`,
  );
}

async function getIndices(client: Client, name: string) {
  const request = { index: name, flat_settings: true, expand_wildcards: 'all' } as const;
  return (await unlessMissing(() => client.indices.get(request))) ?? {};
}
