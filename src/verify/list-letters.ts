import type { OpenConnector } from '../activities/connector/connector-registry';
import { countDeadLetters } from '../elasticsearch/dead-letters/count-dead-letters';
import { listDeadLetters, type StoredDeadLetter } from '../elasticsearch/dead-letters/list-dead-letters';
import { deadLetterIndexName } from '../elasticsearch/index/index-names';

type Kept = Pick<OpenConnector, 'elasticsearch' | 'settings'>;

/**
 * Dead letters of a connector.
 * @param relations - whose letters are listed: those of all tables may lie in one index. Absent: all
 */
export async function listLetters(
  { elasticsearch, settings }: Kept,
  relations?: readonly string[],
): Promise<StoredDeadLetter[]> {
  const letters: StoredDeadLetter[] = [];
  const filter = { connectorId: settings.id };
  const filters = relations === undefined ? [filter] : relations.map((relation) => ({ ...filter, relation }));
  for (const each of filters) {
    for await (const page of listDeadLetters(elasticsearch, nameLetters(settings), each)) letters.push(...page);
  }
  return letters;
}

/** Dead letters of relations that are none of those known. */
export async function listOrphanedLetters(
  connector: Kept,
  known: ReadonlySet<string>,
): Promise<readonly StoredDeadLetter[]> {
  const { elasticsearch, settings } = connector;
  const counts = await countDeadLetters(elasticsearch, nameLetters(settings), settings.id);
  const unknown = [...counts.keys()].filter((relation) => !known.has(relation));
  return listLetters(connector, unknown);
}

/** Name of the index that keeps a connector's dead letters. */
export function nameLetters({ indexName: index, deadLetters }: OpenConnector['settings']): string {
  return deadLetterIndexName({ index, deadLetters });
}
