import { ApplicationFailure, Context } from '@temporalio/activity';

import { SyncFailure } from '../sync/failures';
import type { StreamState } from '../sync/wire/follow-state';
import { GAP_SIGNAL } from '../sync/wire/workflow-names';
import type { ConnectorRegistry } from './connector/connector-registry';
import type { FollowActivities } from './contract/follow-activities';
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
      await withHeartbeat(context, isCurrent, (scope) => followChanges(connector, continuous, scope));
    },
  };
}

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
  try {
    await work({
      signal,
      isCurrent,
      jobId: runId ?? '',
      show: (state) => {
        const isNews = state.doing !== latest?.doing;
        latest = state;
        if (isNews) beat();
      },
      requestSync: (reasons) => context.client.workflow.getHandle(workflowId).signal(GAP_SIGNAL, reasons),
    });
  } catch (error) {
    if (!signal.aborted || context.cancellationDetails?.cancelRequested === true) throw error;
    throw ApplicationFailure.retryable('The worker shuts down; another one follows on', 'WorkerShutdown');
  } finally {
    clearInterval(timer);
  }
}
