import { type IndexOfConnector, listIndicesOf } from '../../elasticsearch/index/list-indices-of';
import { CORRECT_TABLES, selectRelations, type SourceProblem } from '../../postgres/catalog/select-relations';
import { withTransaction } from '../../postgres/connection/transaction';
import { SyncFailure } from '../../sync/failures';
import { findIndexNameProblem } from '../../sync/indices/index-name';
import { indexPattern, nameIndex } from '../../sync/indices/index-naming';
import { formatRelation, plainName, type SkippedRelation } from '../../sync/relation';
import type { FailedRelation } from '../../sync/relation-failure';
import type { OpenConnector } from '../connector/connector-registry';
import type { IndexOfRelation } from '../contract/activity-results';
import { describeLost } from './find-gone';
import { toFailedRelation } from './read-source';

/** An index whose table went: it is kept as it is. */
export interface LeftIndex extends IndexOfRelation {
  /** The index itself, where `index` is an alias. */
  readonly concrete: string;
}

/** Documents of a table that is not read any more, which may be forgotten. */
export interface ForgettableIndex extends LeftIndex {
  /** The table that is synced into the same index. Absent: none is. */
  readonly holder?: string;
}

/** The indices of a connector whose tables have their own. */
export interface ConnectorIndices {
  /** In the order of their tables. */
  readonly indices: readonly IndexOfRelation[];
  /** Tables that can't be synced, and entries of `tables` that mean nothing. */
  readonly failed: readonly FailedRelation[];
  readonly skipped: readonly SkippedRelation[];
  /** Indices of tables that are no longer there, or no longer selected. */
  readonly left: readonly LeftIndex[];
}

/** The indices of a connector, and what `--forget` can mean. */
export interface ListedIndices extends ConnectorIndices {
  /** Those that are left, and documents of further tables: that can't be read, or that are in the index of another. */
  readonly forgettable: readonly ForgettableIndex[];
}

type WithMany = Pick<OpenConnector, 'settings' | 'source' | 'elasticsearch'>;

/** Lists the indices of a connector whose tables have their own; reads both servers and changes nothing. */
export async function listIndices({ settings, source, elasticsearch }: WithMany): Promise<ListedIndices> {
  const { id, indexNaming = settings.indexName, selection, documents, deadLetters } = settings;
  const { selected, skipped, problems } = await withTransaction(source, (tx) =>
    selectRelations(tx, selection, documents.idColumns),
  );
  const failed = problems.map(keepingIndex).map(toFailedRelation);
  // Other problems are those of entries of `tables`, and of schemas, that are not there.
  const unreadable = new Set(
    problems.filter(({ type }) => type === 'SourcePermission').map(({ relation }) => relation),
  );
  const nameEach = (relation: string) => ({ relation, index: nameIndex(indexNaming, relation) });
  const named = selected
    .map(formatRelation)
    .filter((relation) => !unreadable.has(relation))
    .map(nameEach);
  const misnamed = findMisnamed(named, deadLetters);
  const isMisnamed = new Set(misnamed.map(({ relation }) => relation));
  const present = [...named, ...[...unreadable].map(nameEach)];
  const gone = findForgettable(await listIndicesOf(elasticsearch, indexPattern(indexNaming), id), indexNaming, present);
  const reasons = new Map(skipped.map(({ relation, reason }) => [relation, reason]));
  const lost = gone.flatMap(({ relation }) => {
    const reason = reasons.get(relation);
    return reason === undefined ? [] : [describeLost(settings, relation, reason)];
  });
  return {
    indices: named.filter(({ relation }) => !isMisnamed.has(relation)),
    failed: [...failed, ...misnamed, ...lost],
    skipped,
    left: gone
      .filter(({ relation, holder }) => !reasons.has(relation) && holder === undefined)
      .map(({ index, relation, concrete }) => ({ index, relation, concrete })),
    forgettable: gone,
  };
}

/** @param present - relations that are there, synced or not, with their indices */
function findForgettable(
  found: readonly IndexOfConnector[],
  naming: string,
  present: readonly IndexOfRelation[],
): ForgettableIndex[] {
  const isPresent = new Set(present.map(({ relation }) => relation));
  const holders = new Map(present.map(({ relation, index }) => [index, relation]));
  return found.flatMap(({ relations, names, concrete }) => {
    const [holder] = names.flatMap((name) => holders.get(name) ?? []);
    return relations
      .map((relation) => ({ relation, index: nameIndex(naming, relation), concrete }))
      .filter(({ relation, index }) => !isPresent.has(relation) && names.includes(index))
      .map((left) => (holder === undefined ? left : { ...left, holder }));
  });
}

/** What becomes of documents in the one index for all tables is not what becomes of an index of their own. */
function keepingIndex(problem: SourceProblem): SourceProblem {
  return problem.remedy === CORRECT_TABLES ? { ...problem, remedy: CORRECT } : problem;
}

const CORRECT =
  'Correct `tables`, or create the table. The index of one that went is kept until `pgferry sync ID --forget ' +
  'SCHEMA.TABLE` deletes it; then take it out of `tables`, too.';

/** Tables whose names make no good name of an index, or one that another table has. */
function findMisnamed(named: readonly IndexOfRelation[], deadLetters: string | undefined): FailedRelation[] {
  const byIndex = new Map<string, IndexOfRelation[]>();
  for (const each of named) byIndex.set(each.index, [...(byIndex.get(each.index) ?? []), each]);
  return named.flatMap(({ index, relation }) => {
    const problem = findIndexNameProblem(index);
    if (problem !== undefined) return [misnamed(relation, `its index would be "${index}", which ${problem}`)];
    if (index === deadLetters) return [misnamed(relation, `its index would be ${index}, which keeps the dead letters`)];
    const others = (byIndex.get(index) ?? []).filter((other) => other.relation !== relation);
    if (others.length === 0) return [];
    const names = others.map((other) => other.relation).join(', ');
    return [misnamed(relation, `its index would be ${index}, which is that of ${names}, too`)];
  });
}

const REMEDY =
  'Choose another index_name (with {schema}, where tables share a name), or leave the table out of "tables".';

function misnamed(relation: string, reason: string): FailedRelation {
  return { relation, failure: { type: 'InvalidConfig', message: `${relation}: ${reason}.`, remedy: REMEDY } };
}

/**
 * The documents that `--forget` names by their tables.
 * @throws SyncFailure `InvalidConfig` for a table that has none, for one that is synced, whose index would come back, and
 *   for one in the index of another table that can't be synced, whose sync would delete them
 */
export function findForgotten(
  { indices, failed, forgettable }: ListedIndices,
  forget: readonly string[],
): readonly ForgettableIndex[] {
  return forget.map((given) => {
    const isMeant = ({ relation }: Pick<IndexOfRelation, 'relation'>) =>
      relation === given || plainName(relation) === given;
    const found = forgettable.find(isMeant);
    if (found !== undefined) {
      const hindered = failed.find(({ relation }) => relation === found.holder);
      if (hindered === undefined) return found;
      const message =
        `--forget ${given}: its documents are in ${found.index}, which is the index of ${hindered.relation}, too; ` +
        `that can't be synced: ${hindered.failure.message}`;
      throw new SyncFailure('InvalidConfig', message, hindered.failure.remedy);
    }
    if (indices.some(isMeant)) {
      const message = `--forget ${given}: it can be read, so its index would come back.`;
      throw new SyncFailure('InvalidConfig', message, 'Take it out of "tables" first.');
    }
    if (failed.some(isMeant)) {
      const message = `--forget ${given}: the table is there, though it can't be synced, so its index is kept.`;
      const remedy = 'See to it that "tables" means no such table (name the others, or drop it), then forget it.';
      throw new SyncFailure('InvalidConfig', message, remedy);
    }
    const list = forgettable.length === 0 ? 'none' : forgettable.map(({ relation }) => relation).join(', ');
    const message = `--forget ${given}: no index of it is left. Tables that went, and whose index is kept: ${list}.`;
    throw new SyncFailure('InvalidConfig', message, 'Name a table as the index knows it: schema.table.');
  });
}
