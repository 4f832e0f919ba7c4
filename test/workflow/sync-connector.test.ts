import { randomUUID } from 'node:crypto';
import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, WorkflowFailedError } from '@temporalio/client';

import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import type { Checkpoint } from '../../src/sync/checkpoint';
import { emptyReport } from '../../src/sync/report';
import type { SyncPlan } from '../../src/sync/sync-plan';
import { fakeActivities, planOf } from '../support/fake-activities';
import { startTestWorker, type TestWorker } from '../support/temporal';

const workers: TestWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

async function startWorker(plan: SyncPlan, replaced: Partial<SyncActivities> = {}): Promise<TestWorker> {
  const worker = await startTestWorker(fakeActivities(plan, replaced));
  workers.push(worker);
  return worker;
}

function newConnector(): { connectorId: string; jobType: 'full' } {
  return { connectorId: randomUUID(), jobType: 'full' };
}

async function failureOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  let cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  while (cause !== undefined && !(cause instanceof ApplicationFailure)) cause = cause.cause as Error | undefined;
  if (cause === undefined) throw new Error('the workflow did not fail', { cause: error });
  return cause;
}

describe('a sync', () => {
  test('takes the steps in order and reports what each relation got', async () => {
    const input = newConnector();
    const steps: string[] = [];
    const plan = planOf(input.connectorId, ['public.a', 'public.b']);
    const fakes = fakeActivities(plan);
    const recorded = Object.fromEntries(
      Object.entries(fakes).map(([name, activity]) => [
        name,
        (argument: never) => {
          steps.push(name);
          return (activity as (argument: never) => Promise<unknown>)(argument);
        },
      ]),
    ) as unknown as SyncActivities;
    const worker = await startWorker(plan, recorded);
    const report = await (await worker.start(input)).result();
    expect(steps).toEqual([
      'validateConnector',
      'planSync',
      'prepareIndex',
      'copyPartitions',
      'catchUpRelations',
      'retryRejected',
      'surveyRelations',
      'finishSync',
    ]);
    expect(report).toMatchObject({ status: 'completed', indexed: 20, deleted: 0, rejected: 0 });
    expect(report.relations.map(({ relation, read, indexed }) => [relation, read, indexed])).toEqual([
      ['public.a', 10, 10],
      ['public.b', 10, 10],
    ]);
  });

  test('fails at once under a workflow id that another connector or nobody owns', async () => {
    const input = newConnector();
    const worker = await startWorker(planOf(input.connectorId, ['public.a']));
    const failure = await failureOf((await worker.start(input, `other-${input.connectorId}`)).result());
    expect(failure.type).toBe('InvalidConfig');
    expect(failure.message).toContain(`sync-${input.connectorId}`);
  });

  test('fails at once on input that is not a sync', async () => {
    const worker = await startWorker(planOf('x', []));
    const handle = await worker.client.workflow.start('syncConnector', {
      args: [{ connectorId: 'x', jobType: 'everything' }],
      taskQueue: worker.taskQueue,
      workflowId: 'sync-x',
    });
    const failure = await failureOf(handle.result());
    expect(failure.type).toBe('InvalidConfig');
    expect(failure.message).toContain('jobType');
  });

  test('copies a relation again that changed while it was read', async () => {
    const input = newConnector();
    const rounds: number[] = [];
    const worker = await startWorker(planOf(input.connectorId, ['public.a', 'public.b']), {
      catchUpRelations: ({ relations, round }) => {
        rounds.push(round);
        const changed = round < 2 ? relations.slice(0, 1).map(({ name }) => name) : [];
        return Promise.resolve({ reports: [], changed });
      },
    });
    const report = await (await worker.start(input)).result();
    expect(rounds).toEqual([0, 1, 2]);
    expect(report.relations.find(({ relation }) => relation === 'public.a')?.read).toBe(30);
    expect(report.relations.find(({ relation }) => relation === 'public.b')?.read).toBe(10);
  });

  test('gives up on a relation that never stands still, and finishes the others', async () => {
    const input = newConnector();
    let failed: readonly string[] | undefined;
    const worker = await startWorker(planOf(input.connectorId, ['public.a', 'public.b']), {
      catchUpRelations: () => Promise.resolve({ reports: [], changed: ['public.a'] }),
      finishSync: (finish) => {
        failed = finish.failed;
        return Promise.resolve(null);
      },
    });
    const failure = await failureOf((await worker.start(input)).result());
    expect(failure.type).toBe('SourceChanged');
    expect(failed).toEqual(['public.a']);
  });

  test('stops before it deletes when more than half of the documents are stale, and goes on with consent', async () => {
    const deleted: string[] = [];
    const replaced: Partial<SyncActivities> = {
      surveyRelations: ({ relations }) =>
        Promise.resolve({
          relations: relations.map(({ name }) => ({
            relation: name,
            documents: 3_000,
            rows: 10,
            rejected: 0,
            differing: [{ from: 0, to: 1_024 }],
          })),
          orphans: [],
        }),
      compareIds: ({ parts }) =>
        Promise.resolve(parts.map(({ relation }) => ({ stale: 2_990, report: emptyReport(relation) }))),
      deleteStaleDocuments: ({ parts }) => {
        deleted.push(...parts.map(({ relation }) => relation));
        return Promise.resolve(parts.map(({ relation }) => ({ ...emptyReport(relation), deleted: 2_990 })));
      },
    };
    const input = newConnector();
    const worker = await startWorker(planOf(input.connectorId, ['public.a']), replaced);
    const failure = await failureOf((await worker.start(input)).result());
    expect(failure.type).toBe('MassDeletionRefused');
    expect(failure.message).toMatch(/2990 of 3000 documents/);
    expect(deleted).toEqual([]);

    const handle = await worker.start({ ...input, options: { allowMassDelete: true } });
    await expect(handle.result()).resolves.toMatchObject({ deleted: 2_990 });
  });

  test('does not delete when a relation could not be read', async () => {
    const input = newConnector();
    const deletions: string[] = [];
    const worker = await startWorker(planOf(input.connectorId, ['public.a']), {
      copyPartitions: () => Promise.reject(ApplicationFailure.nonRetryable('no grant', 'SourcePermission')),
      surveyRelations: () => {
        deletions.push('survey');
        return Promise.resolve({ relations: [], orphans: [] });
      },
    });
    expect((await failureOf((await worker.start(input)).result())).type).toBe('SourcePermission');
    expect(deletions).toEqual([]);
  });
});

/** A copy that goes on until it is cancelled, a block a heartbeat. */
function copyUntilCancelled(started: (from: Checkpoint) => void): SyncActivities['copyPartitions'] {
  return async ({ task, resumeFrom }) => {
    started(resumeFrom);
    const relation = task[0]?.relation ?? '';
    if (resumeFrom.block > 0) {
      return {
        finished: true,
        checkpoint: { ...resumeFrom, reports: [{ ...emptyReport(relation), read: 10, indexed: 10 }] },
      };
    }
    const beat = setInterval(() => {
      heartbeat(activityInfo().attempt);
    }, 50);
    const cancelled: unknown = await Context.current().cancelled.catch((reason: unknown) => reason);
    clearInterval(beat);
    if (!(cancelled instanceof CancelledFailure)) throw new Error('not cancelled', { cause: cancelled });
    return { finished: false, checkpoint: { ...resumeFrom, block: 7 } };
  };
}

describe('people who watch a sync', () => {
  test('pause it and resume it from its checkpoint', async () => {
    const input = newConnector();
    const starts: Checkpoint[] = [];
    let onStart = () => {};
    const started = new Promise<void>((resolve) => (onStart = resolve));
    const worker = await startWorker(planOf(input.connectorId, ['public.a']), {
      copyPartitions: copyUntilCancelled((from) => {
        starts.push(from);
        onStart();
      }),
    });
    const handle = await worker.start(input);
    await started;
    await handle.signal('pause');
    await expect(handle.query('progress')).resolves.toMatchObject({ phase: 'copy', paused: true });
    await handle.signal('resume');
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed', indexed: 10 });
    expect(starts.map(({ block }) => block)).toEqual([0, 7]);
  });

  test('cancel it within seconds, and its index is restored', async () => {
    const input = newConnector();
    let restored = false;
    let onStart = () => {};
    const started = new Promise<void>((resolve) => (onStart = resolve));
    const worker = await startWorker(planOf(input.connectorId, ['public.a']), {
      copyPartitions: copyUntilCancelled(() => {
        onStart();
      }),
      restoreIndex: () => {
        restored = true;
        return Promise.resolve(undefined);
      },
    });
    const handle = await worker.start(input);
    await started;
    const before = Date.now();
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(restored).toBe(true);
    // An activity that doesn't hear of it is given up when it has been silent for 30 s.
    expect(Date.now() - before).toBeLessThan(20_000);
  });
});
