import { pruneDeadLetters } from '../../elasticsearch/dead-letters/prune-dead-letters';
import { dropIndex } from '../../elasticsearch/index/delete-index';
import { describeIndex } from '../../elasticsearch/index/describe-index';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { groupDigits } from '../../sync/progress';
import type { OpenConnector } from '../connector/connector-registry';
import type { FinishIndicesInput } from '../contract/activity-inputs';
import type { ActivityScope } from '../contract/activity-scope';
import { findForgotten, type ForgettableIndex, listIndices } from '../plan/list-indices';
import { deleteForgotten } from './delete-forgotten';
import { findOtherUse, isUsedOtherwise } from './find-other-use';

type Forgetting = Pick<FinishIndicesInput, 'forgotten' | 'jobId'>;

/**
 * Deletes the indices of tables that are gone, with their aliases; of one that holds anything else, only the documents of
 * those tables. Their dead letters go first: what is broken off is found again as long as the index knows the tables.
 * Looks anew whether they are still gone.
 * @returns a sentence for each
 * @throws SyncFailure `InvalidConfig` for a table that came back
 */
export async function forgetIndices(
  connector: OpenConnector,
  { forgotten, jobId }: Forgetting,
  scope: ActivityScope,
): Promise<readonly string[]> {
  if (forgotten.length === 0) return [];
  const found = await listIndices(connector);
  // An attempt before this one may have deleted some already.
  const isKnown = (name: string) => [...found.forgettable, ...found.indices].some(({ relation }) => relation === name);
  const byIndex = new Map<string, ForgettableIndex[]>();
  for (const each of findForgotten(found, forgotten.filter(isKnown))) {
    byIndex.set(each.concrete, [...(byIndex.get(each.concrete) ?? []), each]);
  }
  const notes: string[] = [];
  for (const [concrete, of] of byIndex) notes.push(await forgetIn(connector, { concrete, of, jobId }, scope));
  return notes;
}

interface ForgottenIndex {
  readonly concrete: string;
  /** Tables that are forgotten, of those in it. */
  readonly of: readonly ForgettableIndex[];
  readonly jobId: string;
}

async function forgetIn(
  connector: OpenConnector,
  { concrete, of, jobId }: ForgottenIndex,
  scope: ActivityScope,
): Promise<string> {
  const { elasticsearch: client, settings } = connector;
  const relations = of.map(({ relation }) => relation);
  const names = relations.join(', ');
  const holder = of.find((each) => each.holder !== undefined)?.holder;
  if (holder !== undefined) {
    return `The documents of ${names} are kept: ${concrete} is the index of ${holder} by now. Sync once more.`;
  }
  for (const relation of relations) {
    const letters = { connectorId: settings.id, relation, target: concrete, olderThan: Infinity };
    await pruneDeadLetters(client, deadLetterIndexName({ ...settings, index: settings.indexName }), letters);
  }
  const occupants = { connectorId: settings.id, relations };
  const before = await describeIndex(client, concrete);
  const isShared = before !== undefined && (await isUsedOtherwise(client, before, occupants, scope.signal));
  // Once more: others may have begun to use it while its ids were read.
  const index = await describeIndex(client, concrete);
  if (index === undefined) return `The index ${concrete} of ${names} was gone already.`;
  const otherUse = findOtherUse(index, occupants) ?? (isShared ? 'it holds documents of others' : undefined);
  if (otherUse === undefined) {
    await dropIndex(client, concrete);
    return `The index ${concrete} of ${names} was deleted.`;
  }
  const deleted = await deleteForgotten(connector, { index, relations, jobId }, scope);
  return `${groupDigits(deleted)} documents of ${names} were deleted. Their index ${concrete} is kept: ${otherUse}.`;
}
