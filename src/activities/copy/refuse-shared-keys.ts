import { type AmbiguityScope, readAmbiguousIds } from '../../postgres/rows/find-ambiguous-ids';
import type { LeafRows } from '../../postgres/rows/row-source';
import type { ProjectedRelation } from '../plan/projected-relation';
import { refuseAmbiguousIds } from './refuse-ambiguous-ids';
import type { PieceTarget } from './write-pieces';

/** Relation and rows to search for shared keys. */
export interface SharedKeySearch {
  readonly projected: ProjectedRelation;
  readonly rows: LeafRows;
  readonly scope: AmbiguityScope;
}

/**
 * An index holds for one table: rows of tables that inherit may have the same key. Their ids become dead letters, and
 * the document of whichever was written last goes.
 * @returns the ids
 */
export async function refuseSharedKeys(
  target: PieceTarget,
  { projected, rows, scope }: SharedKeySearch,
): Promise<ReadonlySet<string>> {
  const { connector, signal } = target;
  const { key } = projected.relation;
  const ambiguous = await readAmbiguousIds(connector.source, {
    rows,
    identity: projected.projection,
    key,
    limit: connector.settings.limits.maxRejected + 1,
    scope,
    signal,
  });
  await refuseAmbiguousIds(ambiguous, { ...target, key, isIndexed: () => true });
  return new Set(ambiguous.map(({ id }) => id));
}
