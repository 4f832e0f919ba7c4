import type { SyncReport } from './report';

/** The kinds of sync job: a full one compares every id, an incremental one reads what changed. */
export type JobType = 'full' | 'incremental';

/** The cause of a sync's start. */
export type JobTrigger = 'manual' | 'schedule';

/** What the name of an index stands for: an alias, or an index itself. */
export type Standing = 'alias' | 'index';

/** Consents and choices for one run. */
export interface SyncOptions {
  /** Copy everything into a new index and swap the alias. */
  readonly rebuild?: boolean;
  /**
   * What `index_name` stands for after the rebuild, which this asks for as well. Absent: an alias, as before; where
   * it is an index, somebody has to choose.
   */
  readonly rebuildAs?: Standing;
  /** Relations whose documents go although the source no longer shows them. */
  readonly forget?: readonly string[];
  /** Delete stale documents beyond `max_delete_ratio`. */
  readonly allowMassDelete?: boolean;
  /** Replace the documents that Elastic's own connector has made of the database. */
  readonly adopt?: boolean;
  /** Try rows again that an ingest pipeline dropped, though neither they nor the pipeline changed. */
  readonly retryDropped?: boolean;
}

/** Input of the workflow `syncConnector`: names a connector; the worker resolves it and its secrets. */
export interface SyncInput {
  readonly connectorId: string;
  readonly jobType: JobType;
  /** @default 'manual' */
  readonly trigger?: JobTrigger;
  readonly options?: SyncOptions;
  /** Id of the document of Elastic's connector protocol that asks for this sync. Absent: none does. */
  readonly syncJob?: string;
  /** When its schedule wanted it to begin, in ISO 8601. Absent: no schedule did. */
  readonly scheduledFor?: string;
}

/** Input of the workflow `syncIndex`, a child of `syncConnector`: one of the connector's indices. */
export interface IndexSyncInput extends SyncInput {
  readonly index?: string;
  /** Hash of the definition by which the index was found. */
  readonly definition?: string;
}

/** Input of the workflow `scheduledSync`, which a schedule starts. */
export interface ScheduledSyncInput {
  readonly connectorId: string;
  readonly jobType: JobType;
  /**
   * Milliseconds that a full sync waits for a running one to end: its schedule's interval.
   * @default 0
   */
  readonly waitMs?: number;
}

/** Result of a start by the schedule. */
export type ScheduledSyncResult =
  /** Its first look was the whole sync, since nothing had changed. */
  | SyncReport
  | ({ readonly status: 'completed' } & Omit<SyncReport, 'status' | 'relations' | 'skipped'>)
  | { readonly status: 'skipped'; readonly connectorId: string; readonly jobType: JobType; readonly reason: string };
