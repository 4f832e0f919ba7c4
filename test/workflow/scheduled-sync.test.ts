import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';

import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import type { ScheduledSyncInput, ScheduledSyncResult } from '../../src/sync/job';
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

  test('fails at once on input that is none', async () => {
    const worker = await startWorker(randomUUID());
    const input = { connectorId: '', jobType: 'full' } as const;
    await expect((await startScheduled(worker, input)).result()).rejects.toMatchObject({
      cause: { type: 'InvalidConfig' },
    });
  });
});
