import type { FailedRelation, RelationFailure } from './relation-failure';

/** Result of a sync for one relation; counts of rows and documents. */
export interface RelationReport {
  readonly relation: string;
  /** Its own index. Absent: the one that all share. */
  readonly index?: string;
  /** Rows read from PostgreSQL. */
  readonly read: number;
  /** Documents created or overwritten. */
  readonly indexed: number;
  /** Rows whose document was right already. */
  readonly unchanged: number;
  /** Stale documents deleted. */
  readonly deleted: number;
  /** Rows that became dead letters. */
  readonly rejected: number;
  /** Rows that an ingest pipeline drops, so that they have no document. Absent: none. */
  readonly dropped?: number;
  /** Values that were left out of indexed documents because of their size. Absent: none. */
  readonly omitted?: number;
  /** Rejected rows beyond the first of each key that several share, while the sync runs. Absent: none. */
  readonly surplus?: number;
  /** Bytes sent to Elasticsearch. */
  readonly bytes: number;
  /** Time that activities spent on it, added up over parallel partitions. */
  readonly seconds: number;
  /** Why it could not be synced: its documents were kept. Absent: it was. */
  readonly failure?: RelationFailure;
}

/** The end of a sync. */
export type SyncStatus = 'completed' | 'cancelled' | 'failed';

/** Result of the workflow `syncConnector`; counts of rows and documents, as of its relations. */
export interface SyncReport {
  readonly connectorId: string;
  readonly jobType: 'full' | 'incremental';
  readonly status: SyncStatus;
  readonly index: string;
  readonly indexed: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly rejected: number;
  readonly dropped?: number;
  readonly omitted?: number;
  readonly durationMs: number;
  readonly relations: readonly RelationReport[];
  readonly skipped: readonly { readonly relation: string; readonly reason: string }[];
  /** As in the plan. Absent: none. */
  readonly notes?: readonly string[];
}

export function emptyReport(relation: string): RelationReport {
  return { relation, read: 0, indexed: 0, unchanged: 0, deleted: 0, rejected: 0, bytes: 0, seconds: 0 };
}

/** The report of a relation of which nothing was synced. */
export function toFailedReport({ relation, failure }: FailedRelation): RelationReport {
  return { ...emptyReport(relation), failure };
}

/** Adds up two reports of the same relation. */
export function addReports(a: RelationReport, b: RelationReport): RelationReport {
  const dropped = (a.dropped ?? 0) + (b.dropped ?? 0);
  const omitted = (a.omitted ?? 0) + (b.omitted ?? 0);
  const surplus = (a.surplus ?? 0) + (b.surplus ?? 0);
  const failure = a.failure ?? b.failure;
  return {
    relation: a.relation,
    read: a.read + b.read,
    indexed: a.indexed + b.indexed,
    unchanged: a.unchanged + b.unchanged,
    deleted: a.deleted + b.deleted,
    rejected: a.rejected + b.rejected,
    ...(dropped > 0 ? { dropped } : {}),
    ...(omitted > 0 ? { omitted } : {}),
    ...(surplus > 0 ? { surplus } : {}),
    bytes: a.bytes + b.bytes,
    // To the millisecond: thousands of reports travel together.
    seconds: Math.round((a.seconds + b.seconds) * 1_000) / 1_000,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Totals of a sync: documents, rows without one, and values that are missing in documents. */
export type SyncTotals = Pick<SyncReport, 'indexed' | 'unchanged' | 'deleted' | 'rejected' | 'dropped' | 'omitted'>;

/** Totals over relations. */
export function sumReports(reports: readonly RelationReport[]): SyncTotals {
  const totals = reports.reduce(addReports, emptyReport(''));
  const { indexed, unchanged, deleted, rejected, dropped, omitted } = totals;
  return {
    indexed,
    unchanged,
    deleted,
    rejected,
    ...(dropped === undefined ? {} : { dropped }),
    ...(omitted === undefined ? {} : { omitted }),
  };
}
