import type { JobType } from './job';
import type { SyncReport } from './report';

/** Input of the workflow `scheduledSync`, which a schedule starts. */
export interface ScheduledSyncInput {
  readonly connectorId: string;
  readonly jobType: JobType;
  /** Milliseconds that a full sync waits for a running one to end: its schedule's interval. @default 0 */
  readonly waitMs?: number;
}

/** What a start by the schedule came to. */
export type ScheduledSyncResult =
  | ({ readonly status: 'completed' } & Omit<SyncReport, 'status' | 'relations' | 'skipped'>)
  | { readonly status: 'skipped'; readonly connectorId: string; readonly jobType: JobType; readonly reason: string };
