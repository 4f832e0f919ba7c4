import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';

import type { SyncActivities } from '../../../../src/activities/contract/sync-activities';
import type { LocalServer } from '../../../../src/stack/processes/local-server';
import { startTemporal } from '../../../../src/stack/servers/start-temporal';
import { cutTasks } from '../../../../src/sync/partitions';
import { emptyReport } from '../../../../src/sync/report';
import type { PlannedLeaf, PlannedRelation, SyncPlan } from '../../../../src/sync/sync-plan';
import { fakeActivities, planOf } from '../../../support/fake-activities';
import { startTestWorker, type TestWorker } from '../../../support/temporal';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** Where Temporal begins to warn of a payload, in bytes; at 2 MiB it ends the workflow. */
const LARGEST_PAYLOAD = 512 * 1_024;
/** Events at which Temporal ends a workflow: https://docs.temporal.io/cloud/limits. */
const MOST_EVENTS = 51_200;

/** Activities at a time. */
const LANES = 8;
/** Events after which a run goes on as a new one; 4,096 by default, which would take a minute to reach. */
const SUGGESTED_EVENTS = 300;

const workers: TestWorker[] = [];
let server: LocalServer;
beforeAll(async () => {
  server = await startTemporal({ dynamicConfig: [`limit.historyCount.suggestContinueAsNew=${SUGGESTED_EVENTS}`] });
});
afterAll(() => server.stop());
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

/** A number that looks drawn, and is the same in each run. */
function draw(seed: number, below: number): number {
  return Math.floor((Math.abs(Math.sin(seed) * 1e6) % 1) * below);
}

function hexadecimal(seed: number): string {
  return [1, 2, 3, 4]
    .map((part) =>
      draw(seed * 7 + part, 0x1_00_00)
        .toString(16)
        .padStart(4, '0'),
    )
    .join('');
}

/** As real schemas have them: long names, oids and files in disorder. */
function relationsOf(count: number): PlannedRelation[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `tenant_${String(n % 100).padStart(3, '0')}.customer_orders_history_${n}`,
    oid: 16_384 + n * 7,
    definition: hexadecimal(n),
    since: '1234567890',
    rows: draw(n, 1_000_000),
    leaves: [[16_384 + n * 7, 16_384 + n * 7 + draw(n, 50_000), draw(n + 1, 400), 0]],
  }));
}

/** Activities that find something to say of every relation. */
function busyActivities(plan: SyncPlan): SyncActivities {
  const report = (relation: string, n: number) => {
    const read = draw(n, 1_000_000);
    return {
      ...emptyReport(relation),
      read,
      indexed: draw(n + 1, read),
      bytes: read * 321,
      seconds: draw(n + 2, 1e9) / 1e8,
    };
  };
  const oids = new Map(plan.relations.map(({ name, oid }) => [name, oid]));
  const reportOf = (relation: string) => report(relation, oids.get(relation) ?? 0);
  const { job, relations } = plan;
  return fakeActivities(plan, {
    validateConnector: () =>
      Promise.resolve({ definition: 'd', concurrency: LANES, maxDeleteRatio: 0.5, maxRejected: 1_000 }),
    planSync: ({ jobId }) => Promise.resolve({ ...plan, job: { ...job, jobId }, relations }),
    copyPartitions: ({ task, resumeFrom }) => {
      const names = [...new Set(task.map(({ relation }) => relation))];
      const checkpoint = { ...resumeFrom, partition: task.length, reports: names.map(reportOf) };
      return Promise.resolve({ finished: true, checkpoint });
    },
    catchUpRelations: (input) =>
      Promise.resolve({ reports: input.relations.map(({ name }) => reportOf(name)), changed: [] }),
    surveyRelations: (input) => {
      const counts = { documents: 1_000, rows: 990, rejected: 0, differing: [{ from: 0, to: 1_024 }] };
      return Promise.resolve({
        relations: input.relations.map(({ name }) => ({ relation: name, ...counts })),
        orphans: [],
      });
    },
    compareIds: ({ parts }) =>
      Promise.resolve(parts.map(({ relation }) => ({ stale: 10, report: emptyReport(relation) }))),
    deleteStaleDocuments: ({ parts }) =>
      Promise.resolve(parts.map(({ relation }) => ({ ...emptyReport(relation), deleted: 10 }))),
  });
}

interface Measured {
  readonly runs: number;
  readonly events: number;
  /** Bytes of the largest payload of each kind of event. */
  readonly largest: Readonly<Record<string, number>>;
}

/** Sizes of all that the runs of a workflow left in their histories, chained by continue-as-new. */
async function measureHistory({ client }: TestWorker, workflowId: string, firstRun: string): Promise<Measured> {
  const largest: Record<string, number> = {};
  let [runs, events] = [0, 0];
  for (let runId: string | undefined = firstRun; runId !== undefined;) {
    const history: readonly HistoryEvent[] =
      (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
    const names = new Map(history.map((event) => [String(event.eventId), nameOf(event)]));
    for (const event of history) {
      const kind = names.get(String(event.activityTaskCompletedEventAttributes?.scheduledEventId)) ?? nameOf(event);
      for (const bytes of payloadSizes(event)) largest[kind] = Math.max(largest[kind] ?? 0, bytes);
    }
    runs += 1;
    events = Math.max(events, history.length);
    runId = history.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return { runs, events, largest };
}

function nameOf(event: HistoryEvent): string {
  const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
  if (activity != null) return activity;
  const [attributes = 'other'] = Object.keys(event).filter((key) => key.endsWith('EventAttributes'));
  return attributes.replace('EventAttributes', '');
}

function payloadSizes(event: HistoryEvent): number[] {
  const payloads = [
    event.workflowExecutionStartedEventAttributes?.input,
    event.workflowExecutionContinuedAsNewEventAttributes?.input,
    event.workflowExecutionCompletedEventAttributes?.result,
    event.activityTaskScheduledEventAttributes?.input,
    event.activityTaskCompletedEventAttributes?.result,
  ];
  return payloads.flatMap((list) => (list?.payloads ?? []).map(({ data }) => data?.length ?? 0));
}

async function syncAndMeasure(plan: SyncPlan) {
  const worker = await startTestWorker(busyActivities(plan), server.url);
  workers.push(worker);
  const { connectorId } = plan.job;
  const handle = await worker.start({ connectorId, jobType: 'full' });
  const report = await handle.result();
  const measured = await measureHistory(worker, `sync-${connectorId}`, handle.firstExecutionRunId);

  expect(Object.entries(measured.largest).filter(([, bytes]) => bytes > LARGEST_PAYLOAD)).toEqual([]);
  expect(measured.events).toBeLessThan(MOST_EVENTS / 2);
  expect(measured.runs).toBeGreaterThan(1);
  return report;
}

describe('a sync keeps Temporal’s limits of payloads and history', () => {
  test('of 5,000 relations, each with changes and stale documents', async () => {
    const connectorId = randomUUID();
    const plan = { ...planOf(connectorId, []), relations: relationsOf(5_000) };
    const report = await syncAndMeasure(plan);
    expect(report).toMatchObject({ status: 'completed', deleted: 50_000 });
    expect(report.relations).toHaveLength(5_000);
  });

  test('of 10,000 partitions, and goes on as a new run with every task done once', async () => {
    const connectorId = randomUUID();
    // Some 40 of these share an activity.
    const leaves = Array.from({ length: 10_000 }, (_, n): PlannedLeaf => [
      20_000 + n * 3,
      20_000 + n * 3 + draw(n, 9_000),
      400,
      1,
    ]);
    const events: PlannedRelation = {
      name: 'public.events',
      oid: 20_000,
      definition: hexadecimal(1),
      rows: 1e9,
      leaves,
    };
    const plan = { ...planOf(connectorId, []), relations: [events, ...relationsOf(1_000)] };
    const report = await syncAndMeasure(plan);
    expect(report).toMatchObject({ status: 'completed' });
    // Each task read as many rows: one lost or done twice would tell.
    const tasks = cutTasks([events, ...relationsOf(1_000)], LANES).filter((task) =>
      task.some(({ relation }) => relation === 'public.events'),
    ).length;
    const perTask = draw(20_000, 1_000_000);
    expect(report.relations.find(({ relation }) => relation === 'public.events')?.read).toBe((tasks + 1) * perTask);
  });
});
