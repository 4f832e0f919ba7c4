import { ApplicationFailure, Context } from '@temporalio/activity';

import { SyncFailure, toFailureType } from '../sync/failures';
import type { StreamState } from '../sync/wire/follow-state';
import { GAP_SIGNAL, READ_AGAIN_SIGNAL } from '../sync/wire/workflow-names';
import type { ConnectorRegistry } from './connector/connector-registry';
import type { FollowActivities } from './contract/follow-activities';
import { toApplicationFailure } from './failure-interceptor';
import { choosePause } from './follow/choose-pause';
import { followChanges } from './follow/follow-changes';
import type { FollowScope } from './follow/follow-scope';
import { openOrLeave, type ThisWorker } from './leave-to-others';

/** Milliseconds between heartbeats: a stream runs for days, and each of them is an action of Temporal. */
const BEAT_MS = 10_000;

type FollowContext = Pick<Context, 'info' | 'heartbeat' | 'cancellationSignal' | 'cancellationDetails' | 'client'>;

/** The activity of streams, over the connectors that a worker knows. */
export function createFollowActivities(
  registry: ConnectorRegistry,
  self: ThisWorker,
): Record<keyof FollowActivities, FollowActivities['followChanges']> {
  /** Milliseconds that were waited before the stream of a connector began. */
  const waited = new Map<string, number>();
  return {
    followChanges: async ({ connectorId }) => {
      const context: FollowContext = Context.current();
      const connector = await openOrLeave(context, self, () => registry.open(connectorId));
      const { continuous } = connector.settings;
      if (continuous === undefined)
        throw new SyncFailure(
          'InvalidConfig',
          `Connector ${connectorId} has no section continuous.`,
          'Add it: `continuous: { mode: stream }`.',
        );
      const isCurrent = async () => {
        const now = await registry.open(connectorId);
        const isSame = JSON.stringify(now.settings.continuous) === JSON.stringify(continuous);
        return now.definition === connector.definition && isSame;
      };
      const started = performance.now();
      try {
        await withHeartbeat(context, isCurrent, (scope) => followChanges(connector, continuous, scope));
      } catch (error) {
        throw toPausedFailure(error, (type) => {
          const end = { type, ranMs: performance.now() - started, waitedMs: waited.get(connectorId) ?? 0 };
          const pause = choosePause(end);
          waited.set(connectorId, pause);
          return pause;
        });
      }
    },
  };
}

/** Failures that only another file mends. */
const FINAL: ReadonlySet<string> = new Set(['InvalidConfig', 'ConfigChanged']);

/** A stream is wanted until somebody stops it: whatever ends it, it is tried again, sooner or later. */
function toPausedFailure(error: unknown, choose: (type: ReturnType<typeof toFailureType>) => number): Error {
  const failure = toApplicationFailure(error);
  if (!(failure instanceof ApplicationFailure)) return failure;
  const { message, details } = failure;
  const type = failure.type ?? 'Defect';
  if (FINAL.has(type) || type === WORKER_SHUTDOWN) return failure;
  const paused = ApplicationFailure.create({
    type,
    message,
    nonRetryable: false,
    nextRetryDelay: Math.round(choose(toFailureType(type))),
    ...(details == null ? {} : { details }),
  });
  paused.stack = '';
  return paused;
}

const WORKER_SHUTDOWN = 'WorkerShutdown';

async function withHeartbeat(
  context: FollowContext,
  isCurrent: () => Promise<boolean>,
  work: (scope: FollowScope) => Promise<void>,
): Promise<void> {
  const { cancellationSignal: signal, info } = context;
  let latest: StreamState | undefined;
  const beat = () => {
    context.heartbeat(latest);
  };
  const timer = setInterval(beat, BEAT_MS);
  beat();
  const { workflowId = '', runId } = info.workflowExecution ?? {};
  const followed = () => context.client.workflow.getHandle(workflowId);
  try {
    await work({
      signal,
      isCurrent,
      jobId: runId ?? '',
      show: (state) => {
        const isNews = state.doing !== latest?.doing || state.left?.length !== latest.left?.length;
        latest = state;
        if (isNews) beat();
      },
      requestSync: (reasons) => followed().signal(GAP_SIGNAL, reasons),
      requestReadAgain: (relations) => followed().signal(READ_AGAIN_SIGNAL, relations),
    });
  } catch (error) {
    if (!signal.aborted || context.cancellationDetails?.cancelRequested === true) throw error;
    throw ApplicationFailure.retryable('The worker shuts down; another one follows on', WORKER_SHUTDOWN);
  } finally {
    clearInterval(timer);
  }
}
