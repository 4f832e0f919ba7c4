import { probeWrites } from '../../elasticsearch/bulk/probe-writes';
import { requireUnblocked } from '../../elasticsearch/fit/require-fit';
import { readShardRoom, requireRoom } from '../../elasticsearch/fit/shard-room';
import { describeIndex } from '../../elasticsearch/index/describe-index';
import {
  type IndexWarning,
  warnOfLostFields,
  warnOfPatterns,
  warnOfRollover,
} from '../../elasticsearch/index/find-index-warnings';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { OpenConnector } from '../connector/connector-registry';
import type { PlannedIndex, SyncDescription } from '../plan/plan-sync';
import { collectProblems, type ConnectorProblem } from './collect-problems';

/** Expectations of a sync at Elasticsearch, beyond its plan. */
export interface Foresight {
  /** Things by which it would fail, or for whose end it would wait. */
  readonly problems: readonly ConnectorProblem[];
  readonly warnings: readonly IndexWarning[];
  /** One sentence about all that the credentials may not ask; absent where they may. */
  readonly unasked?: string;
}

type Destination = Pick<OpenConnector, 'elasticsearch' | 'settings'>;

/** Foresees what a sync would meet at Elasticsearch: asks, and changes nothing. */
export async function foreseeDestination(
  connector: Destination,
  { index, newIndex }: Pick<SyncDescription, 'index' | 'newIndex'>,
): Promise<Foresight> {
  const { elasticsearch, settings } = connector;
  const target = { target: settings.indexName, requireAlias: index?.viaAlias ?? true };
  const unasked: string[] = [];
  const problems = await collectProblems([
    async () => {
      await probeWrites(elasticsearch, target);
      // Searches can be blocked alone, and the dead letters' index by itself.
      if (index !== undefined) requireUnblocked(index);
      const letters = await describeIndex(
        elasticsearch,
        deadLetterIndexName({ index: settings.indexName, deadLetters: settings.deadLetters }),
      );
      if (letters !== undefined) requireUnblocked(letters);
    },
    async () => {
      if (newIndex !== undefined && !(await hasRoom(connector, newIndex)))
        unasked.push('how many shards it has room for (monitor)');
    },
  ]);
  if (newIndex === undefined) {
    return {
      problems,
      warnings: index === undefined ? [] : warnOfRollover(`the index ${index.concrete}`, index.content),
    };
  }
  if (!newIndex.knowsTemplate) unasked.unshift('what index templates give a new index (manage_index_templates)');
  return {
    problems,
    warnings: [
      ...warnOfRollover(`an index template for ${settings.indexName}`, newIndex),
      ...warnOfLostFields(settings.indexName, newIndex.lost),
      ...(newIndex.knowsTemplate ? await warnOfPatterns(elasticsearch, settings.indexName) : []),
    ],
    ...(unasked.length === 0 ? {} : { unasked: describeUnasked(unasked) }),
  };
}

/** @returns false where that can't be asked */
async function hasRoom({ elasticsearch, settings }: Destination, newIndex: PlannedIndex): Promise<boolean> {
  const room = await readShardRoom(elasticsearch);
  if (typeof room === 'object') requireRoom(room, [newIndex.settings], settings.indexName);
  return room !== 'hidden';
}

function describeUnasked(unasked: readonly string[]): string {
  return (
    `Elasticsearch: these credentials lack the cluster privileges to ask ${unasked.join(' and ')}. A sync finds ` +
    'out when it makes the index, before it writes the first document, and removes an index that does not fit.'
  );
}
