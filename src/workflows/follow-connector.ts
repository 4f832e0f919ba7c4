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
  READ_AGAIN_SIGNAL,
  syncWorkflowId,
} from '../sync/wire/workflow-names';
import { chooseGapPause, chooseReadPause } from './choose-gap-pause';
import { explainFailure, toEndingFailure } from './explain-failure';
import { isHistoryLong } from './history-limit';
import { syncConnector } from './sync-connector';

const gapSignal = defineSignal<[readonly string[]]>(GAP_SIGNAL);
const readAgainSignal = defineSignal<[readonly string[]]>(READ_AGAIN_SIGNAL);
const followQuery = defineQuery<FollowState>(FOLLOW_QUERY);

/** What a worker of this version answers. */
type CurrentState = FollowState & Required<Pick<FollowState, 'due' | 'rereads'>>;

/** Milliseconds between two looks whether a sync has ended that began before the gap. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 30_000;
/**
 * Follows the changes of a connector for as long as it runs: an activity holds the slot, and each gap of it is closed by
 * an ordinary incremental sync that begins after the gap, as is each change of tables that views, rules and nested
 * documents read. Its id must be `follow-{connectorId}`.
 */
export async function followConnector({ connectorId }: FollowInput): Promise<void> {
  let state: CurrentState = { phase: 'starting', owed: [], due: [], closed: 0, rereads: 0 };
  const show = (changed: Partial<CurrentState>) => {
    state = { ...state, ...changed };
    setCurrentDetails(describeState(connectorId, state));
  };
  setHandler(followQuery, () => state);
  setHandler(gapSignal, (reasons) => {
    show({ phase: 'catching up', owed: unite(state.owed, reasons) });
  });
  setHandler(readAgainSignal, (relations) => {
    show({ due: unite(state.due, relations) });
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
      await condition(() => state.owed.length > 0 || state.due.length > 0);
      const { owed, due } = state;
      const quietMs = Date.now() - quietSince;
      // It reads all relations: what is due comes with what is owed.
      show({ owed: [], due: [] });
      const started = Date.now();
      const failure = await runSync(connectorId, [...owed, ...due.map((relation) => `${relation} reads what changed`)]);
      if (failure === undefined) showSynced(owed.length > 0);
      else showFailed(failure, owed, due);
      const [tookMs, hasFailed] = [Date.now() - started, failure !== undefined];
      const readPauseMs = chooseReadPause(tookMs);
      if (owed.length === 0 && !hasFailed) await sleep(readPauseMs, { summary: 'before relations are read again' });
      else {
        pauseMs = chooseGapPause({ tookMs, hasFailed, quietMs, pauseMs });
        await pauseAfterGap(pauseMs, hasFailed ? pauseMs : readPauseMs);
        quietSince = Date.now();
      }
    }
  }

  /** Relations that are to be read again need not wait for as long as gaps, which come with them then. */
  async function pauseAfterGap(gapMs: number, readMs: number): Promise<void> {
    const ended = Date.now();
    const isDue = await condition(() => state.due.length > 0, gapMs, { summary: 'between two syncs of gaps' });
    const left = readMs - (Date.now() - ended);
    if (isDue && left > 0) await sleep(left, { summary: 'before relations are read again' });
  }

  /** What only some relations kept from completing is done for all others. */
  function showFailed({ message, unread }: GapFailure, owed: readonly string[], due: readonly string[]): void {
    if (unread.length === 0) {
      show({ failure: message, owed: unite(owed, state.owed), due: unite(due, state.due) });
      return;
    }
    const reasons = unread.map((relation) => `${relation} could not be read`);
    const isAllElseRead = state.owed.length === 0 && state.phase === 'catching up';
    show({
      failure: message,
      owed: unite(reasons, state.owed),
      due: unite(
        due.filter((relation) => unread.includes(relation)),
        state.due,
      ),
      ...(isAllElseRead ? { phase: 'following' } : {}),
    });
  }

  function showSynced(wasGap: boolean): void {
    const { owed, due, phase, closed, rereads } = state;
    state = { phase, owed, due, closed, rereads };
    if (!wasGap) show({ rereads: rereads + 1 });
    else show({ closed: closed + 1, ...(owed.length === 0 ? { phase: 'following' } : {}) });
  }
}

/** Why a sync did not complete. */
interface GapFailure {
  readonly message: string;
  /** Relations that could not be synced, where all others were. */
  readonly unread: readonly string[];
}

/** @returns the failure where it did not complete */
async function runSync(connectorId: string, reasons: readonly string[]): Promise<GapFailure | undefined> {
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
        const { message = 'The sync did not complete.', relations = [] } = explainFailure(error) ?? {};
        return {
          message,
          unread: relations.flatMap(({ relation, failure }) => (failure === undefined ? [] : [relation])),
        };
      }
    }
    // It began before the gap, and closes it by nothing.
    await sleep(pause, { summary: 'another sync is running' });
  }
}

function unite(some: readonly string[], others: readonly string[]): string[] {
  return [...new Set([...some, ...others])];
}

function describeState(connectorId: string, { phase, owed, due, closed, rereads, failure }: CurrentState): string {
  const lines = [`**${connectorId}: ${phase}**`, `Gaps closed: ${closed}`];
  if (rereads > 0) lines.push(`Syncs since tables changed that relations read: ${rereads}`);
  if (due.length > 0) lines.push(`To be read again: ${due.join(', ')}`);
  if (owed.length > 0) lines.push(`A sync has to follow: ${owed.join('; ')}`);
  if (failure !== undefined) lines.push(`The last such sync failed: ${failure}`);
  return lines.join('\n\n');
}
