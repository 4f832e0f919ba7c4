import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ActivityCancellationType,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import type { FollowActivities } from '../activities/contract/follow-activities';
import type { FollowState } from '../sync/wire/follow-state';
import {
  FOLLOW_QUERY,
  type FollowInput,
  followTaskQueue,
  GAP_SIGNAL,
  syncWorkflowId,
} from '../sync/wire/workflow-names';
import { chooseGapPause } from './choose-gap-pause';
import { explainFailure, toEndingFailure } from './explain-failure';
import { isHistoryLong } from './history-limit';
import { syncConnector } from './sync-connector';

const gapSignal = defineSignal<[readonly string[]]>(GAP_SIGNAL);
const followQuery = defineQuery<FollowState>(FOLLOW_QUERY);

/** Milliseconds between two looks whether a sync has ended that began before the gap. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 30_000;
/**
 * Follows the changes of a connector for as long as it runs: an activity holds the slot, and each gap of it is closed by
 * an ordinary incremental sync that begins after the gap. Its id must be `follow-{connectorId}`.
 */
export async function followConnector({ connectorId }: FollowInput): Promise<void> {
  let state: FollowState = { phase: 'starting', owed: [], closed: 0 };
  const show = (changed: Partial<FollowState>) => {
    state = { ...state, ...changed };
    setCurrentDetails(describeState(connectorId, state));
  };
  setHandler(followQuery, () => state);
  setHandler(gapSignal, (reasons) => {
    show({ phase: 'catching up', owed: [...new Set([...state.owed, ...reasons])] });
  });
  const { followChanges } = proxyActivities<FollowActivities>({
    taskQueue: followTaskQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '30 days',
    heartbeatTimeout: '30 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // For workers that die: what ends a stream otherwise says itself when to try again.
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 seconds' },
  });
  let ended = false;
  const streaming = followChanges({ connectorId }).finally(() => {
    ended = true;
  });
  try {
    await Promise.race([streaming, closeGaps()]);
  } catch (error) {
    if (isCancellation(error)) {
      await streaming.catch(() => undefined);
      throw error;
    }
    const explanation = explainFailure(error);
    throw explanation === undefined ? error : toEndingFailure(explanation, error);
  }
  // A gap that is owed when a run ends is that of the next one, whose stream begins with a gap.
  await continueAsNew<typeof followConnector>({ connectorId });

  async function closeGaps(): Promise<void> {
    let pauseMs = 0;
    let quietSince = Date.now();
    while (!ended && !isHistoryLong()) {
      await condition(() => state.owed.length > 0);
      const { owed } = state;
      const quietMs = Date.now() - quietSince;
      show({ owed: [] });
      const started = Date.now();
      const failure = await runSync(connectorId, owed);
      if (failure === undefined) {
        const { owed: more, phase, closed } = state;
        state = { phase, owed: more, closed };
        show({ closed: closed + 1, ...(more.length === 0 ? { phase: 'following' } : {}) });
      } else show({ failure, owed: [...new Set([...owed, ...state.owed])] });
      pauseMs = chooseGapPause({ tookMs: Date.now() - started, hasFailed: failure !== undefined, quietMs, pauseMs });
      await sleep(pauseMs, { summary: 'between two syncs of gaps' });
      quietSince = Date.now();
    }
  }
}

/** @returns the failure's message where it did not complete */
async function runSync(connectorId: string, reasons: readonly string[]): Promise<string | undefined> {
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
    try {
      await executeChild(syncConnector, {
        args: [{ connectorId, jobType: 'incremental', trigger: 'manual' }],
        workflowId: syncWorkflowId(connectorId),
        // It is a sync like any other: it goes on when nobody follows any more.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        staticSummary: `incremental sync of ${connectorId}: ${reasons.join(', ')}`.slice(0, 190),
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
        if (isCancellation(error)) throw error;
        return explainFailure(error)?.message ?? 'The sync did not complete.';
      }
    }
    // It began before the gap, and closes it by nothing.
    await sleep(pause, { summary: 'another sync is running' });
  }
}

function describeState(connectorId: string, { phase, owed, closed, failure }: FollowState): string {
  const lines = [`**${connectorId}: ${phase}**`, `Gaps closed: ${closed}`];
  if (owed.length > 0) lines.push(`A sync has to follow: ${owed.join('; ')}`);
  if (failure !== undefined) lines.push(`The last sync that was to close a gap failed: ${failure}`);
  return lines.join('\n\n');
}
