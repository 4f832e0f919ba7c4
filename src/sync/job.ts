/** The kinds of sync job: a full one compares every id, an incremental one reads what changed. */
export type JobType = 'full' | 'incremental';

/** What started a sync. */
export type JobTrigger = 'manual' | 'schedule';

/** Consents and choices for one run. */
export interface SyncOptions {
  /** Copy everything into a new index and swap the alias. */
  readonly rebuild?: boolean;
  /** Relations whose documents go although the source no longer shows them. */
  readonly forget?: readonly string[];
  /** Delete stale documents beyond `max_delete_ratio`. */
  readonly allowMassDelete?: boolean;
}

/** Input of the workflow `syncConnector`: names a connector; the worker resolves it and its secrets. */
export interface SyncInput {
  readonly connectorId: string;
  readonly jobType: JobType;
  /** @default 'manual' */
  readonly trigger?: JobTrigger;
  readonly options?: SyncOptions;
}
