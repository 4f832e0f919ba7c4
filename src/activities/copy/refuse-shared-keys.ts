import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { type AmbiguityScope, readAmbiguousIds } from '../../postgres/rows/find-ambiguous-ids';
import type { LeafRows } from '../../postgres/rows/row-source';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { ProjectedRelation } from '../plan/projected-relation';
import { refuseAmbiguousIds } from './refuse-ambiguous-ids';

/** Where to look for rows that share a key, and where their dead letters go. */
export interface SharedKeySearch {
  readonly job: SyncJob;
  readonly projected: ProjectedRelation;
  readonly rows: LeafRows;
  readonly scope: AmbiguityScope;
  readonly writer: BulkWriter;
  readonly version: number;
  readonly signal: AbortSignal;
}

/**
 * An index holds for one table: rows of tables that inherit may have the same key. Their ids become dead letters, and
 * the document of whichever was written last goes.
 * @returns the ids
 */
export async function refuseSharedKeys(
  connector: OpenConnector,
  { job, projected, rows, scope, writer, version, signal }: SharedKeySearch,
): Promise<ReadonlySet<string>> {
  const { key } = projected.relation;
  const ambiguous = await readAmbiguousIds(connector.source, {
    rows,
    identity: projected.projection,
    key,
    limit: connector.settings.limits.maxRejected + 1,
    scope,
    signal,
  });
  const target = { connector, job, writer, relation: projected.name, version };
  await refuseAmbiguousIds(ambiguous, { ...target, key, isIndexed: () => true });
  return new Set(ambiguous.map(({ id }) => id));
}
