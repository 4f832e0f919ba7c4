import type { SharedId } from '../../postgres/rows/copy-piece';
import { type AmbiguityScope, type CountedRows, readAmbiguousIds } from '../../postgres/rows/find-ambiguous-ids';
import type { LeafRows } from '../../postgres/rows/row-source';
import { emptyReport, type RelationReport } from '../../sync/report';
import type { ProjectedRelation } from '../plan/projected-relation';
import { refuseAmbiguousIds } from './refuse-ambiguous-ids';
import type { PieceTarget } from './write-pieces';

/** Relation and rows to search for shared keys. */
export interface SharedKeySearch {
  readonly projected: ProjectedRelation;
  readonly rows: LeafRows;
  readonly scope: AmbiguityScope;
  /** Rows that were counted as indexed, since each was written. Absent: none. */
  readonly counted?: CountedRows;
}

/** Rows that became dead letters. */
export interface RefusedRows {
  /** Takes back what was counted of them before. */
  readonly report: RelationReport;
  readonly refused: ReadonlySet<string>;
}

/**
 * An index holds for one table: rows of tables that inherit may have the same key. Their ids become dead letters, and
 * the document of whichever was written last goes.
 */
export async function refuseSharedKeys(
  target: PieceTarget,
  { projected, rows, scope, counted }: SharedKeySearch,
): Promise<RefusedRows> {
  const { connector, signal } = target;
  const { key } = projected.relation;
  const shared = await readAmbiguousIds(connector.source, {
    rows,
    identity: projected.projection,
    key,
    limit: connector.settings.limits.maxRejected + 1,
    scope,
    counted,
    signal,
  });
  await refuseAmbiguousIds(shared, { ...target, key, isIndexed: () => true });
  await target.writer.flush();
  return { report: toReport(target.relation, shared), refused: new Set(shared.map(({ id }) => id)) };
}

function toReport(relation: string, shared: readonly SharedId[]): RelationReport {
  const sum = (count: (id: SharedId) => number) => shared.reduce((total, id) => total + count(id), 0);
  const rejected = sum(({ rows }) => rows);
  const indexed = -sum(({ counted: indexedBefore }) => indexedBefore);
  return { ...emptyReport(relation), indexed, rejected, surplus: rejected - shared.length };
}
