import { listIndicesOf } from '../../elasticsearch/index/list-indices-of';
import { selectRelations } from '../../postgres/catalog/select-relations';
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
  /** Whether pgferry made it, and so may delete it. */
  readonly isOwn: boolean;
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

type WithMany = Pick<OpenConnector, 'settings' | 'source' | 'elasticsearch'>;

/** Lists the indices of a connector whose tables have their own; reads both servers and changes nothing. */
export async function listIndices({ settings, source, elasticsearch }: WithMany): Promise<ConnectorIndices> {
  const { id, indexNaming = settings.indexName, selection, documents, deadLetters } = settings;
  const { selected, skipped, problems } = await withTransaction(source, (tx) =>
    selectRelations(tx, selection, documents.idColumns),
  );
  const failed = problems.map(toFailedRelation);
  const unreadable = new Set(failed.map(({ relation }) => relation));
  const named = selected
    .map(formatRelation)
    .filter((relation) => !unreadable.has(relation))
    .map((relation) => ({ relation, index: nameIndex(indexNaming, relation) }));
  const misnamed = findMisnamed(named, deadLetters);
  const isMisnamed = new Set(misnamed.map(({ relation }) => relation));
  const present = new Set([...named, ...failed].map(({ relation }) => relation));
  const found = await listIndicesOf(elasticsearch, indexPattern(indexNaming), id);
  const kept = found
    .flatMap(({ relations, ...index }) => relations.map((relation) => ({ relation, ...index })))
    .map(({ names, ...index }) => ({ ...index, names, index: nameIndex(indexNaming, index.relation) }))
    .filter(({ relation, index, names }) => !present.has(relation) && names.includes(index));
  const reasons = new Map(skipped.map(({ relation, reason }) => [relation, reason]));
  const lost = kept.flatMap(({ relation }) => {
    const reason = reasons.get(relation);
    return reason === undefined ? [] : [describeLost(id, relation, reason)];
  });
  return {
    indices: named.filter(({ relation }) => !isMisnamed.has(relation)),
    failed: [...failed, ...misnamed, ...lost],
    skipped,
    left: kept
      .filter(({ relation }) => !reasons.has(relation))
      .map(({ index, relation, concrete, isOwn }) => ({ index, relation, concrete, isOwn })),
  };
}

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
 * The indices that `--forget` names by their tables.
 * @throws SyncFailure `InvalidConfig` for a table that has none, and for one that is synced: its index would come back
 */
export function findForgotten({ indices, left }: ConnectorIndices, forget: readonly string[]): readonly LeftIndex[] {
  return forget.map((given) => {
    const isMeant = ({ relation }: IndexOfRelation) => relation === given || plainName(relation) === given;
    const found = left.find(isMeant);
    if (found !== undefined) return found;
    if (indices.some(isMeant)) {
      const message = `--forget ${given}: it can be read, so its index would come back.`;
      throw new SyncFailure('InvalidConfig', message, 'Take it out of "tables" first.');
    }
    const list = left.length === 0 ? 'none' : left.map(({ relation }) => relation).join(', ');
    const message = `--forget ${given}: no index of it is left. Tables that went, and whose index is kept: ${list}.`;
    throw new SyncFailure('InvalidConfig', message, 'Name a table as the index knows it: schema.table.');
  });
}
