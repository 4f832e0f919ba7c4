import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  continueAsNew,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import type { ScheduledSyncInput, ScheduledSyncResult } from '../sync/job';
import type { SyncReport } from '../sync/report';
import { readScheduledInput } from '../sync/wire/sync-input';
import { SCHEDULED_WORKFLOW, syncWorkflowId } from '../sync/wire/workflow-names';
import { proxySyncActivities } from './activity-policies';
import { looksFirst, onlyLook } from './begin-run';
import { isHistoryLong } from './history-limit';
import { narration } from './narration';
import { requireInput } from './refuse-input';
import { syncConnector } from './sync-connector';
import { labelSync } from './sync-labels';

/** Milliseconds between two looks whether the running sync has ended. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 60_000;

/**
 * The workflow that a schedule starts: a sync of the connector as a child under the id that all its syncs share, so that it never
 * overlaps one that was started by hand or by the other schedule. Where one is running, an incremental sync is skipped,
 * since that one reads the same changes; a full one waits, or coinciding schedules would starve it. An incremental one first
 * looks whether there is anything to do at all.
 *
 * @param waitUntilMs - milliseconds since 1970; given by continue-as-new only
 */
export async function scheduledSync(given: ScheduledSyncInput, waitUntilMs?: number): Promise<ScheduledSyncResult> {
  const input = requireInput(SCHEDULED_WORKFLOW, readScheduledInput(given));
  const { waitMs = 0, jobType } = input;
  const unchanged = waitUntilMs === undefined && looksFirst(input) ? await lookFirst(input) : undefined;
  if (unchanged !== undefined) return unchanged;
  const deadline = waitUntilMs ?? Date.now() + (jobType === 'full' ? waitMs : 0);
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
    const report = await runSync(input);
    if (report !== undefined) return summarize(report);
    const remaining = deadline - Date.now();
    if (remaining <= 0) return skip(input);
    if (isHistoryLong()) await continueAsNew<typeof scheduledSync>(input, deadline);
    setCurrentDetails(`Waits for another sync of ${input.connectorId}, until ${new Date(deadline).toISOString()}.`);
    await sleep(Math.min(pause, remaining), { summary: 'another sync is running' });
  }
}

/**
 * Where nothing changed a look is the whole sync, for which no other one has to wait.
 * @returns undefined where there is something to do, or a reason why not, which the sync will give
 */
async function lookFirst({ connectorId, jobType }: ScheduledSyncInput): Promise<SyncReport | undefined> {
  const input = { connectorId, jobType, trigger: 'schedule' } as const;
  try {
    const found = await onlyLook(input, proxySyncActivities());
    if (found === undefined) return undefined;
    labelSync(input, false, true).completeAtOnce(found.facts, found.report);
    narration.completed(found.report);
    return found.report;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

/** @returns undefined while another sync of the connector is running */
async function runSync({ connectorId, jobType }: ScheduledSyncInput): Promise<SyncReport | undefined> {
  try {
    return await executeChild(syncConnector, {
      args: [{ connectorId, jobType, trigger: 'schedule', ...readScheduledTime() }],
      workflowId: syncWorkflowId(connectorId),
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${jobType} sync of ${connectorId}, by its schedule`,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/** Temporal's own search attribute of what a schedule starts: the time without the delay that spreads starts. */
function readScheduledTime(): { readonly scheduledFor?: string } {
  const time = workflowInfo().typedSearchAttributes.get(SCHEDULED_TIME);
  return time === undefined ? {} : { scheduledFor: time.toISOString() };
}

const SCHEDULED_TIME = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

function summarize({ connectorId, jobType, index, indexed, unchanged, deleted, rejected, durationMs }: SyncReport) {
  const totals = { indexed, unchanged, deleted, rejected, durationMs };
  return { status: 'completed', connectorId, jobType, index, ...totals } as const;
}

function skip({ connectorId, jobType }: ScheduledSyncInput): ScheduledSyncResult {
  const reason = `another sync of ${connectorId} was running`;
  return { status: 'skipped', connectorId, jobType, reason };
}
