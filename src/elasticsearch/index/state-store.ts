import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import type { IndexState } from '../../sync/index-state';
import { asObject, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { type MappingMeta, parseState, replaceState } from './state-format';

const ATTEMPTS = 10;
const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 2_000;

/** Reads pgferry's state from an index's mapping. */
export async function readState(client: Client, concrete: string): Promise<IndexState> {
  return parseState(await readMeta(client, concrete));
}

/**
 * When a state counts as written: when it was seen to have survived others that write it, or, where no other connector
 * shares the index, as soon as it was put. The latter is enough for what makes a next sync do more where it is lost.
 */
export type StateDurability = 'seen' | 'put';

/** The last writer of each index in this process: writers of the same worker take turns. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Changes pgferry's state in an index: reads it, applies `update`, and puts it back beside what others keep in `_meta`.
 * `update` must touch its own connector's part only, and give the same when applied to its own result: Elasticsearch
 * has no conditional put of a mapping, so the state is read again until it is seen to have survived writers of other
 * workers that read before it was put. Should it be lost all the same, its connector's next sync copies everything.
 */
export async function writeState(
  client: Client,
  concrete: string,
  update: (state: IndexState) => IndexState,
  durability: StateDurability = 'seen',
): Promise<IndexState> {
  const changed = await changeMeta(
    client,
    concrete,
    (meta) => {
      const before = parseState(meta);
      const state = update(before);
      return isEqual(before, state) ? meta : replaceState(meta, state);
    },
    durability,
  );
  return parseState(changed);
}

/** Changes any part of an index's `_meta`, as {@link writeState} changes pgferry's state. */
export async function changeMeta(
  client: Client,
  concrete: string,
  update: (meta: MappingMeta) => MappingMeta,
  durability: StateDurability = 'seen',
): Promise<MappingMeta> {
  const before = turns.get(concrete) ?? Promise.resolve();
  const turn = before.then(() => mergeMeta(client, concrete, update, durability));
  const ended = turn.catch(() => undefined);
  turns.set(concrete, ended);
  try {
    return await turn;
  } finally {
    if (turns.get(concrete) === ended) turns.delete(concrete);
  }
}

async function mergeMeta(
  client: Client,
  concrete: string,
  update: (meta: MappingMeta) => MappingMeta,
  durability: StateDurability,
): Promise<MappingMeta> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await readMeta(client, concrete);
    const meta = update(before);
    if (isEqual(before, meta)) return meta;
    const started = performance.now();
    await putMeta(client, concrete, meta);
    if (durability === 'put' && Object.keys(parseState(meta).connectors).length <= 1) return meta;
    // A writer that read before this put ends its own about as long after it as this one took.
    const wait = SHORTEST_WAIT_MS + (performance.now() - started) * (1 + Math.random());
    await sleep(Math.min(LONGEST_WAIT_MS, wait));
    const after = await readMeta(client, concrete);
    if (isEqual(after, update(after))) return after;
  }
  throw new SyncFailure(
    'DestinationUnavailable',
    `The state in index ${concrete} is overwritten by others again and again.`,
  );
}

async function readMeta(client: Client, concrete: string): Promise<MappingMeta> {
  const doing = `reading the state of index ${concrete}`;
  const found: unknown = await translateFailures(doing, () => client.indices.getMapping({ index: concrete }));
  // What is taken for absent here would be written over.
  return readAnswer(doing, () => {
    const { mappings } = asObject(Object.values(asObject(found))[0]);
    return asObject(asObject(mappings)['_meta'] ?? {});
  });
}

async function putMeta(client: Client, concrete: string, meta: MappingMeta): Promise<void> {
  await translateFailures(`saving the state in index ${concrete}`, () =>
    client.indices.putMapping({ index: concrete, _meta: meta }),
  );
}

function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(toJson(a), toJson(b));
}

/** As it comes back from Elasticsearch: without the keys whose value is undefined. */
function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
