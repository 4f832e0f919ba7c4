import { ApplicationFailure, upsertMemo } from '@temporalio/workflow';

/** A sync as lists see it, which takes a few milliseconds: it has its kind and totals as memo, and does nothing. */
export async function syncConnector({ index, fails }: { readonly index: string; readonly fails: boolean }) {
  upsertMemo({ jobType: 'incremental', index, indexed: 120, deleted: 3, rejected: 0, dropped: 0 });
  if (fails) throw ApplicationFailure.nonRetryable('it was to fail', 'Defect');
  return Promise.resolve({ relations: [] });
}
