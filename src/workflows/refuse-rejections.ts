import type { ConnectorFacts } from '../activities/contract/activity-results';
import { SyncFailure } from '../sync/failures';
import { describeRejections, type RejectionCount, rejectionRemedy } from '../sync/rejection-guard';
import { addReports, emptyReport, type RelationReport } from '../sync/report';
import { toApplicationFailure } from './explain-failure';

/** What decides whether a job has rejected too many rows. */
export interface RejectionState {
  readonly input: { readonly connectorId: string };
  readonly facts: Pick<ConnectorFacts, 'maxRejected'>;
  readonly reports: Readonly<Record<string, RelationReport>>;
}

/** Ends the job when the rows that it rejected, over all relations and activities, are too many. */
export function refuseRejections(
  { input: { connectorId }, facts: { maxRejected }, reports }: RejectionState,
  isTooMany: (count: RejectionCount, maxRejected: number) => boolean,
): void {
  const count = Object.values(reports).reduce(addReports, emptyReport(''));
  if (!isTooMany(count, maxRejected)) return;
  const message = describeRejections(connectorId, count, maxRejected);
  throw toApplicationFailure(new SyncFailure('TooManyRejections', message, rejectionRemedy(connectorId)));
}
