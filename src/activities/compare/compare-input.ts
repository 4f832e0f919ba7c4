import type { SyncJob } from '../../sync/sync-plan';
import type { ComparedPart } from '../contract/sync-activities';

/** Which ids to compare. */
export interface CompareInput {
  readonly job: SyncJob;
  readonly part: ComparedPart;
  readonly round: number;
}

/** Which ids to compare, part by part. */
export type ComparePartsInput = Omit<CompareInput, 'part'> & { readonly parts: readonly ComparedPart[] };
