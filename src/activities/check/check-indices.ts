import { countShards, requireRoom } from '../../elasticsearch/fit/shard-room';
import { SyncFailure } from '../../sync/failures';
import { describeLeft } from '../../sync/indices/describe-left';
import { type OpenConnector, openIndex } from '../connector/open-connector';
import { listIndices } from '../plan/list-indices';
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
  checkIndex: (ofIndex: OpenConnector) => Promise<CheckedIndex>,
): Promise<ConnectorCheck> {
  const { indices, failed, skipped, left } = await listIndices(connector);
  const waiting = [...indices];
  const found: CheckedIndex[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      found.push(await unlessFailing(() => checkIndex(openIndex(connector, next.index))));
    }
  };
  await Promise.all(Array.from({ length: connector.settings.limits.concurrency }, lane));
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
