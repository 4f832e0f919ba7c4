import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, errors, type estypes } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { idSchemeIn } from '../../sync/index-state';
import { isAlreadyThere, unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { countForeignDocuments } from '../documents/scan-owners';
import { describeIndex, type IndexDescription } from '../index/describe-index';
import { refreshIndex } from '../index/refresh-index';
import { filledAs, withFilledAs } from '../index/state-format';
import { changeMeta } from '../index/state-store';

/** An index that is to be one of another name. */
export interface Settlement {
  /** The name, which is an alias of `from` until then. */
  readonly name: string;
  /** The concrete index, made by this connector. */
  readonly from: string;
  readonly connectorId: string;
}

/** What makes an index of the name in the moment in which there is none is the connector's own stream, at most twice. */
const ATTEMPTS = 3;
/** Milliseconds until the shards of a clone must have started, and between two looks at them. */
const START_MS = 60_000;
const LOOK_MS = 100;

const WRITE_BLOCK = 'index.blocks.write';

/**
 * Turns an alias into an index of that name: a clone, by hard links, of the index that it stands on, which goes. Searches
 * of the name fail from the moment in which the alias is taken away until the clone's shards have started. Whatever
 * breaks it off, calling it again completes it, and {@link putBack} undoes it.
 *
 * @returns undefined, or why Elasticsearch won't make the clone: then the name is the alias again
 */
export async function settleAsIndex(client: Client, settlement: Settlement): Promise<string | undefined> {
  // It is done.
  if ((await describeIndex(client, settlement.from)) === undefined) return undefined;
  try {
    await giveWay(client, settlement);
    await makeClone(client, settlement);
    await untilComplete(client, settlement);
    await takeWrites(client, settlement.name);
  } catch (error) {
    if (!(error instanceof SyncFailure) || error.retryable) throw error;
    await putBack(client, settlement);
    if (error.type === 'DestinationChanged') throw error;
    return error.message;
  }
  await takeOver(client, settlement);
  return undefined;
}

/** Whether an index was cloned from another one by {@link settleAsIndex}. */
export function isCloneOf({ concrete, meta }: IndexDescription, from: string): boolean {
  return concrete !== from && filledAs(meta) === from;
}

/** Whether an index is about to be cloned, or was when that was broken off. */
export function isSettling({ concrete, meta }: IndexDescription): boolean {
  return filledAs(meta) === concrete;
}

/**
 * Lets the alias stand on its index again, wherever settling was broken off. Harmless where it was not begun.
 * An index of the name that somebody else made meanwhile is left alone.
 */
export async function putBack(client: Client, { name, from }: Omit<Settlement, 'connectorId'>): Promise<void> {
  const [there, original] = [await describeIndex(client, name), await describeIndex(client, from)];
  if (original === undefined) return;
  const isCloned = there !== undefined && isCloneOf(there, from);
  if (there === undefined || isCloned) {
    await updateAliases(client, name, [
      ...(isCloned ? [{ remove_index: { index: name } }] : []),
      { add: { index: from, alias: name, is_write_index: true } },
    ]);
  }
  await takeWrites(client, from);
}

async function takeWrites(client: Client, index: string): Promise<void> {
  await translateFailures(`letting the index ${index} take writes`, () =>
    client.indices.putSettings({ index, settings: { [WRITE_BLOCK]: null } }),
  );
}

/** A clone takes an index that takes no writes, and a name that nothing has. */
async function giveWay(client: Client, { name, from }: Settlement): Promise<void> {
  const there = await describeIndex(client, name);
  if (there?.viaAlias !== true || there.concrete !== from) return;
  await changeMeta(client, from, (meta) => withFilledAs(meta, from), 'put');
  await translateFailures(`keeping writes from the index ${from}`, () =>
    client.indices.addBlock({ index: from, block: 'write' }),
  );
  await refreshIndex(client, from);
  await updateAliases(client, name, [{ remove: { index: from, alias: name, must_exist: false } }]);
}

async function makeClone(client: Client, settlement: Settlement): Promise<void> {
  const { name, from } = settlement;
  const original = await describeIndex(client, from);
  const settings = settingsLeftOut(original);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const there = await describeIndex(client, name);
    if (there !== undefined && isCloneOf(there, from)) return;
    if (there !== undefined) await removeOwnWrites(client, there, settlement, original);
    const isMade = await translateFailures(`cloning the index ${from} as ${name}`, async () => {
      try {
        await client.indices.clone({ index: from, target: name, settings });
        return true;
      } catch (error) {
        if (isAlreadyThere(error)) return false;
        throw error;
      }
    });
    if (isMade) return;
  }
}

/** A clone has all settings of its index, the block as well, but for how many replicas it has. */
function settingsLeftOut(original: IndexDescription | undefined): Record<string, string> {
  const names = ['index.number_of_replicas', 'index.auto_expand_replicas'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = original?.settings[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Writes of this very connector, to the name that had no index, have made one: nobody counts on them, see `requireSameIndex`. */
async function removeOwnWrites(
  client: Client,
  there: IndexDescription,
  { name, from, connectorId }: Settlement,
  original: IndexDescription | undefined,
): Promise<void> {
  await refreshIndex(client, there.concrete);
  // Before the alias was taken away, nothing can have made it.
  const isOfThatMoment = !there.viaAlias && original !== undefined && isSettling(original);
  const isOwn =
    isOfThatMoment && (await countForeignDocuments(client, name, idSchemeIn(original.state, connectorId))) === 0;
  if (!isOwn) {
    throw new SyncFailure(
      'DestinationChanged',
      `While the index ${from} was about to become ${name}, somebody else took that name; all rows are in ${from}.`,
      `Delete or rename what has the name ${name}, then start the rebuild again.`,
    );
  }
  await translateFailures(`deleting the index ${name}`, () =>
    unlessMissing(() => client.indices.delete({ index: name })),
  );
}

/** Makes sure that a clone holds, and finds, all that was cloned before that goes. */
async function untilComplete(client: Client, { name, from }: Settlement): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const [wanted, found] = [await countOf(client, from), await countOf(client, name)];
    if (wanted !== undefined && found === wanted) return;
    if (Date.now() > deadline) {
      throw new SyncFailure(
        'DestinationRefused',
        `The shards of ${name}, a clone of ${from}, did not start within ${START_MS / 1_000} seconds`,
      );
    }
    await sleep(LOOK_MS);
  }
}

/** Documents that a search finds; undefined while one of the shards has not started. */
async function countOf(client: Client, index: string): Promise<number | undefined> {
  return translateFailures(`counting the documents of ${index}`, async () => {
    try {
      const { count, _shards: shards } = await client.count({ index });
      return shards.failed === 0 && shards.successful === shards.total ? count : undefined;
    } catch (error) {
      // No shard has started.
      if (error instanceof errors.ResponseError && error.statusCode === 503) return undefined;
      throw error;
    }
  });
}

/** All other aliases move to the clone in the request that deletes what it was cloned from. */
async function takeOver(client: Client, { name, from }: Settlement): Promise<void> {
  const original = await describeIndex(client, from);
  if (original === undefined) return;
  const added = Object.entries(original.content.aliases).map(([alias, definition]) => ({
    add: { index: name, alias, ...definition },
  }));
  try {
    await updateAliases(client, name, [{ remove_index: { index: from } }, ...added]);
  } catch (error) {
    // A first attempt whose answer was lost has done it.
    if ((await describeIndex(client, from)) !== undefined) throw error;
  }
}

async function updateAliases(
  client: Client,
  name: string,
  actions: estypes.IndicesUpdateAliasesAction[],
): Promise<void> {
  await translateFailures(`moving what stands under the name ${name}`, () => client.indices.updateAliases({ actions }));
}
