import type { SyncFailure } from '../sync/failures';
import type { RelationReport, SyncTotals } from '../sync/report';

/** Why a sync ended without a report. */
export interface SyncEnding {
  /** `running` and `cancelling`: it did not end, but is watched no longer. */
  readonly status: 'failed' | 'cancelled' | 'terminated' | 'running' | 'cancelling';
  readonly failure?: SyncFailure;
  readonly reached?: SyncTotals;
  /** A report for each relation, where only some failed. */
  readonly reports?: readonly RelationReport[];
}
