import { type FailureType, SyncFailure } from '../../sync/failures';

/** Something that keeps a connector from being synced. */
export interface ConnectorProblem {
  readonly type: FailureType;
  readonly message: string;
  readonly remedy: string;
}

/** Runs checks, and collects the failures of all of them. */
export async function collectProblems(checks: readonly (() => Promise<unknown>)[]): Promise<ConnectorProblem[]> {
  const results = await Promise.allSettled(checks.map((check) => check()));
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    const failure: unknown = result.reason;
    if (!(failure instanceof SyncFailure)) throw failure;
    return [{ type: failure.type, message: failure.message, remedy: failure.remedy }];
  });
}
