import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';

import { type ConnectorRegistry, createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { createActivities } from '../../src/activities/create-activities';
import { toApplicationFailure } from '../../src/activities/failure-interceptor';
import type { Settings } from '../../src/config/settings/settings';
import type { SyncInput } from '../../src/sync/job';
import type { SyncReport } from '../../src/sync/report';
import { startTestWorker } from './temporal';

/** Calls an activity, with whatever a test lets happen before and after it. */
export type CallActivity = (activities: SyncActivities, name: keyof SyncActivities, input: never) => Promise<unknown>;

/**
 * Syncs connectors by the real workflow and activities, in this process and against the real servers. Each connector is
 * what it was opened as last: so it can be another one from sync to sync.
 */
export interface ConnectorWorker {
  /** Opens a connector, as a worker does that was restarted: what was open of it is closed. */
  readonly open: (id: string, settings: Settings, call?: CallActivity) => Promise<ConnectorRegistry>;
  readonly start: (input: SyncInput) => Promise<WorkflowHandle<(input: SyncInput) => Promise<SyncReport>>>;
  /**
   * Runs a sync to its end.
   * @throws ApplicationFailure that it failed with, as a user is told it
   */
  readonly sync: (input: SyncInput) => Promise<SyncReport>;
  readonly stop: () => Promise<void>;
}

interface OpenedConnector {
  readonly registry: ConnectorRegistry;
  readonly activities: SyncActivities;
  readonly call: CallActivity;
}

export async function startConnectorWorker(): Promise<ConnectorWorker> {
  const opened = new Map<string, OpenedConnector>();
  const callOpened = (name: keyof SyncActivities) => async (input: never) => {
    const id = readConnectorId(input);
    const connector = opened.get(id);
    if (connector === undefined) throw new Error(`no connector ${id}`);
    try {
      return await connector.call(connector.activities, name, input);
    } catch (error) {
      // As the worker's interceptor does.
      throw toApplicationFailure(error);
    }
  };
  const names = Object.keys(createActivities(NONE)) as (keyof SyncActivities)[];
  const worker = await startTestWorker(
    Object.fromEntries(names.map((name) => [name, callOpened(name)])) as unknown as SyncActivities,
  );
  return {
    open: async (id, settings, call = callAsItIs) => {
      await opened.get(id)?.registry.close();
      const registry = createConnectorRegistry(settings);
      opened.set(id, { registry, activities: createActivities(registry), call });
      return registry;
    },
    start: (input) => worker.start(input),
    sync: async (input) => (await worker.start(input)).result().catch(throwFailure),
    stop: async () => {
      await worker.stop();
      for (const { registry } of opened.values()) await registry.close();
    },
  };
}

/** Knows no connector: what the activities are is known without one. */
const NONE: ConnectorRegistry = {
  open: (id) => Promise.reject(new Error(`no connector ${id}`)),
  begin: ({ connectorId }) => Promise.reject(new Error(`no connector ${connectorId}`)),
  isShown: () => false,
  reload: () => undefined,
  close: () => Promise.resolve(),
};

export const callAsItIs: CallActivity = (activities, name, input) => activities[name](input);

type ActivityInput = Partial<Record<'job' | 'plan', unknown>> & { readonly connectorId?: string };

function readConnectorId({ job, plan, connectorId }: ActivityInput): string {
  const planned = (job ?? (plan as { readonly job?: unknown } | undefined)?.job) as SyncInput | undefined;
  return planned?.connectorId ?? connectorId ?? '';
}

function throwFailure(error: unknown): never {
  let cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  while (cause !== undefined && !(cause instanceof ApplicationFailure)) cause = cause.cause as Error | undefined;
  throw cause ?? error;
}
