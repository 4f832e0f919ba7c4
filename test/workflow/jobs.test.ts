import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { toApplicationFailure } from '../../src/activities/failure-interceptor';
import { followSync } from '../../src/jobs/follow-sync';
import { listJobs } from '../../src/jobs/list-jobs';
import { readJob } from '../../src/jobs/read-job';
import { SyncFailure } from '../../src/sync/failures';
import type { SyncProgress } from '../../src/sync/progress';
import { emptyReport } from '../../src/sync/report';
import { registerSearchAttributes } from '../../src/worker/register-search-attributes';
import { eventually } from '../support/eventually';
import { fakeActivities, planOf } from '../support/fake-activities';
import { startTestWorker, type TestWorker } from '../support/temporal';
import { temporalAddress } from '../support/temporal-address';

const workers: TestWorker[] = [];
let isRegistered = false;

beforeAll(async () => {
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  isRegistered = await registerSearchAttributes(connection, 'default');
  await connection.close();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

async function startWorker(connectorId: string, replaced: Partial<SyncActivities> = {}): Promise<TestWorker> {
  const facts = {
    definition: 'd',
    concurrency: 2,
    maxDeleteRatio: 0.5,
    maxRejected: 1_000,
    searchAttributes: isRegistered,
  };
  const activities = { validateConnector: () => Promise.resolve(facts), ...replaced };
  const worker = await startTestWorker(fakeActivities(planOf(connectorId, ['public.a']), activities));
  workers.push(worker);
  return worker;
}

const untilCancelled: SyncActivities['copyPartitions'] = async ({ task, resumeFrom }) => {
  const context = Context.current();
  const reports = task.map(({ relation }) => ({ ...emptyReport(relation), read: 7, indexed: 7 }));
  const checkpoint = { ...resumeFrom, block: 3, reports };
  const beat = setInterval(() => {
    context.heartbeat(checkpoint);
  }, 50);
  await context.cancelled.catch(() => undefined);
  clearInterval(beat);
  return { finished: false, checkpoint };
};

describe('jobs', () => {
  test('are listed with kind, trigger and totals, and found by search attributes', async () => {
    const connectorId = randomUUID();
    const worker = await startWorker(connectorId);
    await (await worker.start({ connectorId, jobType: 'full' })).result();
    const { client, taskQueue } = worker;
    await eventually('visibility knows the job', async () => {
      const [job] = await listJobs(client, { taskQueue, connectorId, status: 'completed', limit: 10 });
      return job?.memo['indexed'] === 10 && job.memo['jobType'] === 'full' && job.memo['trigger'] === 'manual';
    });
    expect(isRegistered).toBe(true);
    await eventually('it is found', async () => {
      const query = `ConnectorId = '${connectorId}' and JobType = 'full' and SyncStatus = 'completed'`;
      return (await client.workflow.count(query)).count === 1;
    });
    await expect(readJob(client, connectorId)).resolves.toMatchObject({
      status: 'completed',
      relations: [{ relation: 'public.a', indexed: 10 }],
    });
  });

  test('show how far running work is, by its checkpoints, and that they are paused', async () => {
    const connectorId = randomUUID();
    const worker = await startWorker(connectorId, { copyPartitions: untilCancelled });
    const handle = await worker.start({ connectorId, jobType: 'full' });
    await eventually('a checkpoint shows', async () => {
      const { relations, pending } = await readJob(worker.client, connectorId);
      return pending[0]?.checkpoint?.block === 3 && relations.some(({ indexed }) => indexed === 7);
    });
    const leaving = new AbortController();
    const shown = new Promise<number>((resolve) => {
      const show = ({ relations }: SyncProgress) => {
        if (relations[0] !== undefined && relations[0].read > 0) resolve(relations[0].read);
      };
      followSync(handle, { show, onOutage: () => undefined }, leaving.signal).catch(() => undefined);
    });
    // So moves the bar of who follows it, too, before any partition is done.
    expect(await shown).toBe(7);
    leaving.abort();
    await handle.signal('pause');
    await eventually('it is paused', async () => (await readJob(worker.client, connectorId)).paused === true);
    await eventually('the column says so', async () => {
      return (
        (await worker.client.workflow.count(`ConnectorId = '${connectorId}' and SyncStatus = 'paused'`)).count === 1
      );
    });
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    await expect(readJob(worker.client, connectorId)).resolves.toMatchObject({ status: 'cancelled' });
  });

  test('show why a retry waits, and why they failed', async () => {
    const connectorId = randomUUID();
    const worker = await startWorker(connectorId, {
      prepareIndex: () =>
        Promise.reject(ApplicationFailure.create({ type: 'DestinationUnavailable', message: 'no node answers' })),
    });
    const handle = await worker.start({ connectorId, jobType: 'full' });
    await eventually('the last failure shows', async () => {
      const { pending } = await readJob(worker.client, connectorId);
      return pending.some(({ attempt, lastFailure }) => attempt > 1 && lastFailure === 'no node answers');
    });
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
  });

  test('are found by search attributes, too, when they failed before they had a plan', async () => {
    const failure = (facts = {}) =>
      Promise.reject(toApplicationFailure(new SyncFailure('SourceAuthentication', 'wrong password'), facts));
    const ways: readonly Partial<SyncActivities>[] = [
      { validateConnector: () => failure({ searchAttributes: isRegistered }) },
      { planSync: () => failure() },
    ];
    for (const replaced of ways) {
      const connectorId = randomUUID();
      const worker = await startWorker(connectorId, replaced);
      await expect((await worker.start({ connectorId, jobType: 'full' })).result()).rejects.toThrow();
      const query = `ConnectorId = '${connectorId}' and JobType = 'full' and SyncStatus = 'failed'`;
      await eventually('it is found', async () => (await worker.client.workflow.count(query)).count === 1);
    }
  });

  test('of an unknown connector are an error that says where to look', async () => {
    const worker = await startWorker(randomUUID());
    const unknown = randomUUID();
    await expect(readJob(worker.client, unknown)).rejects.toThrow(`knows no sync job of ${unknown}`);
  });
});
