import type { ConnectorFacts } from '../activities/contract/activity-results';
import { SyncFailure } from '../sync/failures';
import { describeRejections, type RejectionCount, rejectionRemedy } from '../sync/rejection-guard';
import { addReports, emptyReport, type RelationReport } from '../sync/report';
import { toApplicationFailure } from './explain-failure';

/** Facts that decide whether a job has rejected too many rows. */
export interface RejectionState {
  readonly input: { readonly connectorId: string };
  readonly facts: Pick<ConnectorFacts, 'maxRejected'>;
  readonly reports: Record<string, RelationReport>;
}

/**
 * Refuses what rejected too many rows, over all activities: the relations that did so by themselves fail; where it was all
 * of them together, the job ends.
 */
export function refuseRejections(
  { input: { connectorId }, facts: { maxRejected }, reports }: RejectionState,
  isTooMany: (count: RejectionCount, maxRejected: number) => boolean,
): void {
  const explain = (count: RejectionCount) => describeRejections(connectorId, count, maxRejected);
  const remedy = rejectionRemedy(connectorId);
  for (;;) {
    const sound = Object.values(reports).filter(({ failure }) => failure === undefined);
    const total = sound.reduce(addReports, emptyReport(''));
    if (!isTooMany(total, maxRejected)) return;
    const guilty = sound.filter((report) => isTooMany(report, maxRejected));
    if (guilty.length === 0) throw toApplicationFailure(new SyncFailure('TooManyRejections', explain(total), remedy));
    for (const report of guilty) {
      const failure = { type: 'TooManyRejections', message: explain(report), remedy } as const;
      reports[report.relation] = { ...report, failure };
    }
  }
}
