import { randomUUID } from 'node:crypto';
import {
  ApplicationFailure,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';

import type { Look } from '../../src/activities/contract/activity-results';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import type { ScheduledSyncInput, ScheduledSyncResult } from '../../src/sync/job';
import { emptyReport, type RelationReport } from '../../src/sync/report';
import { eventually } from '../support/eventually';
import { fakeActivities, planOf } from '../support/fake-activities';
import { startTestWorker, type TestWorker } from '../support/temporal';

const workers: TestWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

async function startWorker(connectorId: string, replaced: Partial<SyncActivities> = {}): Promise<TestWorker> {
  const worker = await startTestWorker(fakeActivities(planOf(connectorId, ['public.a']), replaced));
  workers.push(worker);
  return worker;
}

type ScheduledSync = (input: ScheduledSyncInput) => Promise<ScheduledSyncResult>;

/** Starts what a schedule starts. */
function startScheduled(worker: TestWorker, input: ScheduledSyncInput): Promise<WorkflowHandle<ScheduledSync>> {
  return worker.client.workflow.start<ScheduledSync>('scheduledSync', {
    args: [input],
    taskQueue: worker.taskQueue,
    workflowId: `scheduled-${input.connectorId}-${input.jobType}-${randomUUID()}`,
  });
}

/** What a look has found. */
function lookAt(connectorId: string, unchanged: readonly RelationReport[]): Look {
  const facts = { definition: 'd', concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000 };
  return { facts, plan: planOf(connectorId, []), unchanged };
}

/** A gate that holds the copying of a sync until it is opened. */
function createGate() {
  let open = () => {};
  let arrive = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const pass = async () => {
    arrive();
    await opened;
  };
  return {
    open: () => {
      open();
    },
    arrived,
    pass,
  };
}

describe('a sync that its schedule starts', () => {
  test('runs under the id that all syncs of the connector share, and reports its totals', async () => {
    const connectorId = randomUUID();
    const worker = await startWorker(connectorId);
    const result = await (await startScheduled(worker, { connectorId, jobType: 'full' })).result();
    expect(result).toMatchObject({ status: 'completed', connectorId, jobType: 'full', indexed: 10 });
    const child = await worker.client.workflow.getHandle(`sync-${connectorId}`).describe();
    expect(child.status.name).toBe('COMPLETED');
  });

  test('is skipped when it is incremental and another one is running', async () => {
    const connectorId = randomUUID();
    const gate = createGate();
    const worker = await startWorker(connectorId, { prepareIndex: () => gate.pass().then(() => null) });
    const manual = await worker.start({ connectorId, jobType: 'full' });
    await gate.arrived;
    const scheduled = await startScheduled(worker, { connectorId, jobType: 'incremental', waitMs: 60_000 });
    await expect(scheduled.result()).resolves.toMatchObject({
      status: 'skipped',
      reason: `another sync of ${connectorId} was running`,
    });
    gate.open();
    await expect(manual.result()).resolves.toMatchObject({ status: 'completed' });
  });

  test('waits when it is full and another one is running', async () => {
    const connectorId = randomUUID();
    const gate = createGate();
    const worker = await startWorker(connectorId, { prepareIndex: () => gate.pass().then(() => null) });
    const manual = await worker.start({ connectorId, jobType: 'incremental' });
    await gate.arrived;
    const scheduled = await startScheduled(worker, { connectorId, jobType: 'full', waitMs: 60_000 });
    await eventually('it has tried once and waits', async () => {
      const { events } = await scheduled.fetchHistory();
      return (events ?? []).some((event) => event.timerStartedEventAttributes != null);
    });
    gate.open();
    await manual.result();
    await expect(scheduled.result()).resolves.toMatchObject({ status: 'completed', jobType: 'full' });
  });

  test('waits no longer than its interval', async () => {
    const connectorId = randomUUID();
    const gate = createGate();
    const worker = await startWorker(connectorId, { prepareIndex: () => gate.pass().then(() => null) });
    const manual = await worker.start({ connectorId, jobType: 'incremental' });
    await gate.arrived;
    const scheduled = await startScheduled(worker, { connectorId, jobType: 'full', waitMs: 1_500 });
    await expect(scheduled.result()).resolves.toMatchObject({ status: 'skipped' });
    gate.open();
    await manual.result();
  });

  test('stops its sync when it is cancelled or terminated', async () => {
    const connectorId = randomUUID();
    const gate = createGate();
    const worker = await startWorker(connectorId, {
      planSync: async () => {
        await gate.pass();
        return planOf(connectorId, []);
      },
    });
    const scheduled = await startScheduled(worker, { connectorId, jobType: 'full' });
    await gate.arrived;
    await scheduled.terminate('by the test');
    const child = worker.client.workflow.getHandle(`sync-${connectorId}`);
    gate.open();
    await expect(child.result()).rejects.toThrow(WorkflowFailedError);
    expect((await child.describe()).status.name).toBe('CANCELLED');
  });

  test('is a look only, when it is incremental and nothing changed: no sync of its own begins', async () => {
    const connectorId = randomUUID();
    const worker = await startWorker(connectorId, {
      lookForChanges: () =>
        Promise.resolve(lookAt(connectorId, [{ ...emptyReport('public.a'), read: 10, unchanged: 10 }])),
    });
    const scheduled = await startScheduled(worker, { connectorId, jobType: 'incremental' });
    await expect(scheduled.result()).resolves.toMatchObject({ status: 'completed', indexed: 0, unchanged: 10 });
    await expect(worker.client.workflow.getHandle(`sync-${connectorId}`).describe()).rejects.toThrow(
      WorkflowNotFoundError,
    );
  });

  test('is a sync, when it is incremental and a look could not be had: that says why', async () => {
    const connectorId = randomUUID();
    const refused = ApplicationFailure.nonRetryable('a look was refused', 'InvalidConfig');
    const worker = await startWorker(connectorId, { lookForChanges: () => Promise.reject(refused) });
    const scheduled = await startScheduled(worker, { connectorId, jobType: 'incremental' });
    await expect(scheduled.result()).rejects.toThrow(WorkflowFailedError);
    const sync = worker.client.workflow.getHandle(`sync-${connectorId}`);
    await expect(sync.result()).rejects.toMatchObject({ cause: { type: 'InvalidConfig' } });
  });

  test('fails at once on input that is none', async () => {
    const worker = await startWorker(randomUUID());
    const input = { connectorId: '', jobType: 'full' } as const;
    await expect((await startScheduled(worker, input)).result()).rejects.toMatchObject({
      cause: { type: 'InvalidConfig' },
    });
  });
});
