import { randomUUID } from 'node:crypto';
import { activityInfo, Context } from '@temporalio/activity';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';

import { NotDefinedHere } from '../../src/activities/connector/not-defined-here';
import type { ActivityScope } from '../../src/activities/contract/activity-scope';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { failAfterPatience, type Tries } from '../../src/activities/fail-after-patience';
import { toApplicationFailure } from '../../src/activities/failure-interceptor';
import { openOrLeave, type ThisWorker } from '../../src/activities/leave-to-others';
import { withScope } from '../../src/activities/with-scope';
import type { Checkpoint } from '../../src/sync/checkpoint';
import { SyncFailure } from '../../src/sync/failures';
import { fakeActivities, planOf } from '../support/fake-activities';
import { startTestWorker, type TestWorker } from '../support/temporal';

const workers: TestWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

async function startSync(replaced: Partial<SyncActivities>) {
  const connectorId = randomUUID();
  const worker = await startTestWorker(fakeActivities(planOf(connectorId, ['public.a']), replaced));
  workers.push(worker);
  return worker.start({ connectorId, jobType: 'full' });
}

async function failureOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await result.catch((reason: unknown) => reason);
  let cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  while (cause !== undefined && !(cause instanceof ApplicationFailure)) cause = cause.cause as Error | undefined;
  if (cause === undefined) throw new Error('it did not fail', { cause: error });
  return cause;
}

function otherWorker(patienceMs: number, pollers: readonly string[] = []): ThisWorker {
  return {
    identity: '7@elsewhere#ab /etc/other.yml',
    namespaceId: '',
    patienceMs,
    listPollers: () => Promise.resolve(pollers),
  };
}

/** What a worker does that has the connector in another definition. */
async function leave(self: ThisWorker): Promise<never> {
  const open = () => {
    throw new NotDefinedHere('ConfigChanged', 'connector shop has another definition');
  };
  try {
    await openOrLeave(Context.current(), self, open);
  } catch (error) {
    throw toApplicationFailure(error);
  }
  throw new Error('it was opened');
}

describe('work that a worker leaves to others', () => {
  test('goes on from its checkpoint, and the time that it waited before does not count', async () => {
    const checkpoint: Checkpoint = { partition: 0, block: 7, reports: [], changed: [] };
    const found: (Checkpoint | undefined)[] = [];
    const handle = await startSync({
      copyPartitions: ({ resumeFrom }) => {
        const { attempt } = activityInfo();
        if (attempt === 1 || attempt === 4) return leave(otherWorker(3_000));
        return withScope(Context.current(), async ({ heartbeat, lastCheckpoint }) => {
          found.push(lastCheckpoint);
          if (attempt > 4) return { finished: true, checkpoint: lastCheckpoint ?? resumeFrom };
          heartbeat(checkpoint);
          // Longer than others leave it.
          await new Promise((resolve) => setTimeout(resolve, 2_000));
          throw ApplicationFailure.create({ type: 'WorkerShutdown', nextRetryDelay: 1 });
        });
      },
    });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(found).toEqual([undefined, checkpoint, checkpoint]);
  });

  test('fails when every worker has left it for a time, naming each', async () => {
    const handle = await startSync({
      planSync: () => leave(otherWorker(1_500)),
      restoreIndex: () => Promise.resolve(undefined),
    });
    const failure = await failureOf(handle.result());
    expect(failure.type).toBe('ConfigChanged');
    expect(failure.message).toContain('the worker 7@elsewhere (/etc/other.yml): connector shop has another definition');
  });

  test('waits as long again for a worker that polls and was not asked', async () => {
    const attempts: number[] = [];
    const handle = await startSync({
      copyPartitions: ({ resumeFrom }) => {
        attempts.push(Date.now());
        if (attempts.length < 4) return leave(otherWorker(1_000, ['8@elsewhere#cd /etc/ours.yml']));
        return Promise.resolve({ finished: true, checkpoint: resumeFrom });
      },
    });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  });

  test('takes no try of the first step, which tells a person after three that a server is down', async () => {
    const attempts: number[] = [];
    const handle = await startSync({
      validateConnector: async () => {
        const { attempt } = activityInfo();
        attempts.push(attempt);
        if (attempt <= 2 || attempt === 4) return leave(otherWorker(60_000));
        const down = () => Promise.reject(new SyncFailure('SourceUnavailable', 'it is down'));
        const { info } = Context.current();
        // As if it had just been scheduled, however slow this machine is.
        const scheduledTimestampMs = Date.now();
        try {
          return await withScope(Context.current(), (scope: ActivityScope<Tries>) =>
            failAfterPatience({ ...info, scheduledTimestampMs }, scope, down),
          );
        } catch (error) {
          throw toApplicationFailure(error);
        }
      },
    });
    expect((await failureOf(handle.result())).type).toBe('SourceUnavailable');
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a sync whose definition no worker has any more', () => {
  const gone = () => Promise.reject(ApplicationFailure.nonRetryable('nobody has it', 'ConfigChanged'));

  test('restores the index and is planned anew under the one that is there', async () => {
    const steps: string[] = [];
    let planned = 0;
    const handle = await startSync({
      validateConnector: () => {
        planned += 1;
        steps.push('validate');
        const definition = `definition ${planned}`;
        return Promise.resolve({ definition, concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000 });
      },
      prepareIndex: () => (planned === 1 ? gone() : Promise.resolve(null)),
      restoreIndex: () => {
        steps.push('restore');
        return Promise.resolve(undefined);
      },
    });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed', indexed: 10 });
    expect(steps).toEqual(['validate', 'restore', 'validate']);
    const { memo } = (await workers[0]?.client.workflow.getHandle(handle.workflowId).describe()) ?? {};
    expect(memo).toMatchObject({ definition: 'definition 2' });
  });

  test('fails at last where definitions take turns for ever', async () => {
    let planned = 0;
    const handle = await startSync({
      planSync: () => {
        planned += 1;
        return gone();
      },
    });
    expect((await failureOf(handle.result())).type).toBe('ConfigChanged');
    expect(planned).toBe(4);
  });
});
