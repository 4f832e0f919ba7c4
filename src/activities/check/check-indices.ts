import { countShards, requireRoom } from '../../elasticsearch/fit/shard-room';
import { SyncFailure } from '../../sync/failures';
import { describeLeft } from '../../sync/indices/describe-left';
import { type OpenConnector, openIndex } from '../connector/open-connector';
import type { SeenSource } from '../plan/plan-sync';
import { seeIndices } from '../plan/see-indices';
import { workInLanes } from '../plan/work-in-lanes';
import { collectProblems } from './collect-problems';
import type { CheckedIndex, ConnectorCheck } from './connector-check';
import { noteSkipped } from './note-skipped';

type Told = { readonly message: string };

/**
 * Checks each of a connector's indices, some at a time.
 * @param checkIndex - finds out all about one
 */
export async function checkIndices(
  connector: OpenConnector,
  checkIndex: (ofIndex: OpenConnector, seen: SeenSource) => Promise<CheckedIndex>,
): Promise<ConnectorCheck> {
  const { indices, failed, skipped, left, seen } = await seeIndices(connector);
  const found: CheckedIndex[] = [];
  await workInLanes(indices, connector.settings.limits.concurrency, async ({ index }) => {
    found.push(await unlessFailing(() => checkIndex(openIndex(connector, index), seen)));
  });
  const { elasticsearch, settings } = connector;
  const needed = found.flatMap(({ newIndex }) => (newIndex === undefined ? [] : [newIndex.settings]));
  const crowding = await collectProblems([
    async () => {
      const room = needed.length > 1 ? await countShards(elasticsearch) : 'plenty';
      if (typeof room === 'object') requireRoom(room, needed, settings.indexName);
    },
  ]);
  return {
    problems: onceEach([
      ...failed.map(({ failure }) => failure),
      ...found.flatMap(({ problems }) => problems),
      ...crowding,
    ]),
    warnings: onceEach(found.flatMap(({ warnings }) => warnings)),
    notes: [
      ...noteSkipped(skipped),
      ...left.map((index) => describeLeft(settings.id, index)),
      ...new Set(found.flatMap(({ notes }) => notes)),
    ],
  };
}

/** One index that can't be planned keeps nobody from hearing of the others. */
async function unlessFailing(check: () => Promise<CheckedIndex>): Promise<CheckedIndex> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    const { type, message, remedy } = error;
    return { problems: [{ type, message, remedy }], warnings: [], notes: [] };
  }
}

/** What is wrong with all of them is told once. */
function onceEach<Each extends Told>(all: readonly Each[]): Each[] {
  return [...new Map(all.map((each) => [each.message, each])).values()];
}
