/** Share of the rows read above which rejections end the job: something is wrong with more than single rows. */
const MAX_REJECTED_RATIO = 0.15;
/** Rejections below which their share says nothing. */
const FEW = 100;

/** Rows that a job has read and rejected, over all its relations. */
export interface RejectionCount {
  readonly read: number;
  readonly rejected: number;
}

/** Rows that a job of a connector may reject. */
export interface RejectionLimit {
  readonly connectorId: string;
  readonly maxRejected: number;
}

/** Whether a job that has read every relation rejected so many rows that what it made is no copy of them. */
export function tooManyRejected({ read, rejected }: RejectionCount, maxRejected: number): boolean {
  return rejected > maxRejected || (rejected > FEW && rejected > read * MAX_REJECTED_RATIO);
}

/** Message of the failure `TooManyRejections`. */
export function describeRejections(connectorId: string, { read, rejected }: RejectionCount, max: number): string {
  const limit =
    rejected > max ? `more than max_rejected, ${max}` : `more than ${MAX_REJECTED_RATIO * 100}% and more than ${FEW}`;
  return `Connector ${connectorId}: ${rejected} of the ${read} rows read were rejected, ${limit}.`;
}

/** Remedy of `TooManyRejections`: the command that lists the reasons. */
export function rejectionRemedy(connectorId: string): string {
  return (
    `The reasons: pgferry rejected list ${connectorId}. Correct rows or mapping, or raise max_rejected to ` +
    `accept them.`
  );
}
