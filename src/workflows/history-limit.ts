import { workflowInfo } from '@temporalio/workflow';

/**
 * Whether the history is so long that the rest should run as a new one. Temporal says so, by events and bytes: both are
 * limited, and every event is read again by a worker that takes over.
 */
export function isHistoryLong(): boolean {
  return workflowInfo().continueAsNewSuggested;
}
