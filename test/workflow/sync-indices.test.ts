import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';

import type { FinishIndicesInput, ValidateInput } from '../../src/activities/contract/activity-inputs';
import type { FoundIndices } from '../../src/activities/contract/activity-results';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { readFailureDetails } from '../../src/sync/wire/failure-details';
import { eventually } from '../support/eventually';
import { fakeActivities, plannedTable, planOf } from '../support/fake-activities';
import { startTestWorker, type TestWorker } from '../support/temporal';

const FACTS = { definition: 'd', concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000 };

let worker: TestWorker | undefined;
afterEach(async () => {
  await worker?.stop();
});

function foundIndices(tables: readonly string[]): FoundIndices {
  const indices = tables.map((table) => ({ index: `shop-${table}`, relation: `public.${table}` }));
  return { naming: 'shop-{table}', indices, unchanged: [], failed: [], skipped: [], forgotten: [], notes: [] };
}

/** Starts a sync of tables that have indices of their own, `shop-a` of `public.a`. */
async function startSync(tables: readonly string[], replaced: Partial<SyncActivities> = {}) {
  const connectorId = randomUUID().slice(0, 8);
  const plan = planOf(connectorId, []);
  const found = foundIndices(tables);
  const begun: ValidateInput[] = [];
  const finished: FinishIndicesInput[] = [];
  const fakes = fakeActivities(plan, {
    validateConnector: (input) => {
      begun.push(input);
      const { index } = input;
      // The children that follow are planned by it.
      return Promise.resolve(
        index === undefined ? { ...FACTS, indices: found } : { ...FACTS, definition: `d/${index}` },
      );
    },
    planSync: ({ definition }) => {
      const index = definition.slice(2);
      return Promise.resolve({
        ...plan,
        job: { ...plan.job, definition, index },
        relations: [plannedTable(`public.${index.slice(5)}`, 1)],
      });
    },
    finishIndices: (input) => {
      finished.push(input);
      return Promise.resolve([]);
    },
    ...replaced,
  });
  worker = await startTestWorker(fakes);
  const handle = await worker.start({ connectorId, jobType: 'full' });
  const child = (table: string) => worker?.client.workflow.getHandle(`sync-${connectorId}/shop-${table}`);
  const isPaused = async (table: string) =>
    (await child(table)?.query<{ readonly paused: boolean }>('progress'))?.paused === true;
  return { handle, child, isPaused, begun, finished };
}

async function failureOf(result: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await result.catch((reason: unknown) => reason);
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw new Error('it did not fail', { cause: error });
}

/** The copy of a table waits until it is let go; the others are copied at once. */
function createHeldCopy(table: string) {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let begins = () => {};
  const begun = new Promise<void>((resolve) => (begins = resolve));
  const copyPartitions: SyncActivities['copyPartitions'] = async (input) => {
    if (input.task[0]?.relation === `public.${table}`) {
      begins();
      await released;
    }
    return { finished: true, checkpoint: input.resumeFrom };
  };
  return { copyPartitions, begun, release };
}

describe('a sync of many indices', () => {
  test('is complete when each is, which its last step alone tells', async () => {
    const { handle, finished, begun } = await startSync(['a', 'b']);
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(finished).toMatchObject([{ definition: 'd', forgotten: [], isComplete: true }]);
    const ofIndices = begun
      .filter(({ index }) => index !== undefined)
      .map(({ index, definition }) => [index, definition]);
    expect(ofIndices.toSorted()).toEqual([
      ['shop-a', 'd'],
      ['shop-b', 'd'],
    ]);
  });

  test.each(['cancel', 'terminate'] as const)('goes on with the others where one’s sync is ended: %s', async (end) => {
    const held = createHeldCopy('b');
    const { handle, child, finished } = await startSync(['a', 'b', 'c'], held);
    await held.begun;
    await child('b')?.[end]();
    held.release();
    const failure = await failureOf(handle.result());
    expect(failure).toMatchObject({ type: 'RelationsFailed' });
    expect(failure.message).toMatch(/1 of 3 relations could not be synced.*public\.b: its sync was (?:canc|termin)/u);
    expect(finished).toEqual([]);
  });

  test('is cancelled with all of them, whatever else it is asked for meanwhile', async () => {
    const held = createHeldCopy('a');
    const { handle } = await startSync(['a'], held);
    await held.begun;
    await handle.cancel();
    await handle.signal('pause');
    await handle.signal('resume');
    held.release();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
  });

  test('hands a pause on', async () => {
    const held = createHeldCopy('b');
    const { handle, isPaused } = await startSync(['a', 'b'], held);
    await held.begun;
    await handle.signal('pause');
    await eventually('the sync of its index is paused', () => isPaused('b'));
    held.release();
    await handle.signal('resume');
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  });

  test('hands a pause on that came before the sync of an index could be started', async () => {
    const held = createHeldCopy('b');
    const before = createHeldCopy('a');
    const { handle, isPaused, child } = await startSync(['a', 'b'], {
      copyPartitions: (input) => (input.task[0]?.relation === 'public.a' ? before : held).copyPartitions(input),
    });
    await Promise.all([held.begun, before.begun]);
    await handle.terminate();
    // Its children are cancelled, and wait for what they do.
    const again = await worker?.start({ connectorId: handle.workflowId.slice('sync-'.length), jobType: 'full' });
    await eventually('it waits for them', async () => {
      const { events } = (await again?.fetchHistory()) ?? {};
      return (events ?? []).filter(({ timerStartedEventAttributes: timer }) => timer != null).length >= 2;
    });
    await again?.signal('pause');
    const { runId } = (await child('b')?.describe()) ?? {};
    held.release();
    await eventually('it could be started', async () => (await child('b')?.describe())?.runId !== runId);
    await eventually('it is paused', () => isPaused('b'));
    before.release();
    await again?.signal('resume');
    await expect(again?.result()).resolves.toMatchObject({ status: 'completed' });
  });

  test('reports the tables of an index of which only some could not be synced', async () => {
    const { handle } = await startSync(['a'], {
      planSync: ({ definition, connectorId }) => {
        const { job, ...plan } = planOf(connectorId, ['public.a', 'public.gone']);
        return Promise.resolve({ ...plan, job: { ...job, definition } });
      },
      catchUpRelations: () =>
        Promise.resolve({
          reports: [
            {
              relation: 'public.gone',
              read: 0,
              indexed: 0,
              unchanged: 0,
              deleted: 0,
              rejected: 0,
              bytes: 0,
              seconds: 0,
            },
          ].map((report) => ({
            ...report,
            failure: { type: 'RelationMissing', message: 'gone', remedy: 'r' } as const,
          })),
          changed: [],
        }),
    });
    const { relations = [] } = readFailureDetails((await failureOf(handle.result())).details);
    expect(relations.map(({ relation, indexed, index, failure }) => [relation, indexed, index, failure?.type])).toEqual(
      [
        ['public.a', 10, 'shop-a', undefined],
        ['public.gone', 10, 'shop-a', 'RelationMissing'],
      ],
    );
  });

  test('is planned anew as a whole where no worker has the definition any more', async () => {
    let isGone = true;
    let looks = 0;
    const { handle, begun } = await startSync(['a', 'b'], {
      prepareIndex: ({ plan }) => {
        if (!isGone || plan.job.index !== 'shop-b') return Promise.resolve(null);
        isGone = false;
        looks += 1;
        return Promise.reject(ApplicationFailure.nonRetryable('nobody has it', 'ConfigChanged'));
      },
    });
    await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
    expect(looks).toBe(1);
    expect(begun.filter(({ index }) => index === undefined)).toHaveLength(2);
    expect(begun.filter(({ index }) => index === 'shop-b')).toHaveLength(2);
    const { memo } = await handle.describe();
    expect(memo).toMatchObject({ indexed: 20 });
  });

  test('fails at last where definitions take turns for ever', async () => {
    const gone = () => Promise.reject(ApplicationFailure.nonRetryable('nobody has it', 'ConfigChanged'));
    const { handle, begun } = await startSync(['a'], { prepareIndex: gone });
    expect((await failureOf(handle.result())).type).toBe('ConfigChanged');
    expect(begun.filter(({ index }) => index === 'shop-a')).toHaveLength(4);
  });
});
