import { pruneDeadLetters } from '../../elasticsearch/dead-letters/prune-dead-letters';
import { dropIndex } from '../../elasticsearch/index/delete-index';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { OpenConnector } from '../connector/connector-registry';
import type { ForgetInput } from '../contract/activity-inputs';
import { findForgotten, listIndices } from '../plan/list-indices';

/**
 * Deletes the indices of tables that are gone, with their aliases and dead letters. Looks anew whether they still are.
 * @returns a sentence for each
 * @throws SyncFailure `InvalidConfig` for a table that came back
 */
export async function forgetIndices(
  connector: OpenConnector,
  { relations }: Pick<ForgetInput, 'relations'>,
): Promise<readonly string[]> {
  const { elasticsearch, settings } = connector;
  const found = await listIndices(connector);
  // An attempt before this one may have deleted some already.
  const isKnown = (name: string) => [...found.left, ...found.indices].some(({ relation }) => relation === name);
  const notes: string[] = [];
  for (const { concrete, relation, isOwn } of findForgotten(found, relations.filter(isKnown))) {
    if (!isOwn) {
      notes.push(`The index ${concrete} of ${relation} was there before pgferry: delete it yourself.`);
      continue;
    }
    await dropIndex(elasticsearch, concrete);
    const letters = { connectorId: settings.id, relation, target: concrete, olderThan: Infinity };
    await pruneDeadLetters(elasticsearch, deadLetterIndexName({ ...settings, index: settings.indexName }), letters);
    notes.push(`The index ${concrete} of ${relation} was deleted.`);
  }
  return notes;
}
