import { patched } from '@temporalio/workflow';

import type { FailureType } from '../sync/failures';
import { explainFailure } from './explain-failure';

/** More often the files of the workers differ for good: two teams' that take turns, and not one that is rolled out. */
const MAX_REPLANS = 3;

/** Of the sync of one of many indices, which is planned anew with all of them, by the sync that started it. */
export const NEVER_ANEW = Infinity;

/** Whether a failure is that no worker has the definition any more that a sync was planned with. */
export function isOutdated(error: unknown): boolean {
  return explainFailure(error)?.type === ('ConfigChanged' satisfies FailureType);
}

/**
 * Whether a sync failed since no worker has the definition any more that it was planned with: then it begins once more,
 * under the one that is there.
 * @param replans - how often it has done so
 */
export function mayPlanAnew(error: unknown, replans: number): boolean {
  // Syncs of 0.1.0 fail then.
  return isOutdated(error) && replans < MAX_REPLANS && patched('plan-anew');
}
