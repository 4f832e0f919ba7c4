import { setTimeout as sleep } from 'node:timers/promises';

import { beginStream, stopStream } from '../../src/jobs/control-stream';
import { findStream } from '../../src/jobs/find-stream';
import { SCHEDULED_WORKFLOW, type ScheduledWorkflow, scheduledWorkflowId } from '../../src/sync/wire/workflow-names';
import { addActions, countActions, NO_ACTIONS } from '../../test/support/count-actions';
import { eventually } from '../../test/support/eventually';
import { runStatements } from '../../test/support/run-statements';
import type { Bench } from '../bench';
import { FOLLOWED, ORDERS } from '../data-sets';
import { forgetIndex, runSync } from '../run-sync';
import { type Stage, TASK_QUEUE } from '../stage';
import { type BenchWorker, withWorkers } from '../workers';

/** What `--only` calls it. */
export const ACTIONS = 'actions';

const FOLLOW_SECONDS = 120;
const SECONDS_A_DAY = 86_400;

/** Counts what Temporal would bill, of runs as they are: histories have all but heartbeats, which the worker counts. */
export async function measureActions(bench: Bench): Promise<void> {
  if (bench.only.length > 0 && !bench.only.includes(ACTIONS)) return;
  const { stage, rows } = bench;
  const [orders, followed] = [ORDERS.name, FOLLOWED.name];
  await runStatements(stage.database, [...ORDERS.create(rows), ...FOLLOWED.create(FOLLOWED.rows), 'vacuum analyze']);
  await withWorkers(bench, 1, async ([worker]) => {
    if (worker === undefined) return;
    const count = (what: string, work: () => Promise<unknown>) => keep(bench, worker, what, work);
    const sync = (jobType: 'full' | 'incremental', connectorId: string = orders) =>
      runSync(stage, [worker], { connectorId, jobType });
    await forgetIndex(stage, orders);
    await count(`first full sync of ${rows.toLocaleString('en-US')} rows`, () => sync('full'));
    await count('full sync, nothing changed', () => sync('full'));
    await count('incremental sync, nothing changed', () => sync('incremental'));
    await count('the same, started by a schedule', () => syncBySchedule(stage, orders));
    await runStatements(stage.database, [`update ${orders} set total = total + 1 where id % 100 = 7`]);
    await count('incremental sync, 1% changed, started by a schedule', () => syncBySchedule(stage, orders));
    await sync('full', followed);
    await count('a stream begins', () => beginFollowing(stage, followed));
    const idle = await countOver(stage, worker, () => sleep(FOLLOW_SECONDS * 1_000));
    const perDay = Math.round((idle.actions.heartbeats * SECONDS_A_DAY) / FOLLOW_SECONDS);
    bench.actions.push({
      what: `a day of following changes, from ${FOLLOW_SECONDS} s`,
      actions: { ...idle.actions, heartbeats: perDay },
      events: idle.events,
    });
    await stopStream(stage.temporal, followed);
  });
}

async function keep(bench: Bench, worker: BenchWorker, what: string, work: () => Promise<unknown>): Promise<void> {
  const figure = { what, ...(await countOver(bench.stage, worker, work)) };
  bench.actions.push(figure);
  bench.say(`${what}: ${JSON.stringify(figure.actions)}, ${figure.events} events`);
}

async function countOver(stage: Stage, worker: BenchWorker, work: () => Promise<unknown>) {
  const from = new Date();
  const before = await countHeartbeats(worker);
  await work();
  const heartbeats = (await countHeartbeats(worker)) - before;
  let [actions, events] = [{ ...NO_ACTIONS, heartbeats }, 0];
  for await (const { workflowId, runId } of stage.temporal.workflow.list()) {
    const history = await stage.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    // The server's clock is the same: it runs on this machine.
    const during = (history.events ?? []).filter(({ eventTime }) => toMilliseconds(eventTime) >= +from);
    actions = addActions(actions, countActions(during));
    events += during.length;
  }
  return { actions, events };
}

function toMilliseconds(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds) * 1_000 + (time?.nanos ?? 0) / 1e6;
}

const HEARTBEATS =
  /^temporal_request_total\{[^}]*operation="RecordActivityTaskHeartbeat(?:ById)?"[^}]*\} ([0-9.e+]+)$/gmu;

async function countHeartbeats(worker: BenchWorker): Promise<number> {
  return [...(await worker.metrics()).matchAll(HEARTBEATS)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function beginFollowing(stage: Stage, connectorId: string): Promise<void> {
  await beginStream(stage.temporal, TASK_QUEUE, connectorId);
  await eventually('changes are followed', async () => {
    const { state, stream } = (await findStream(stage.temporal, connectorId)) ?? {};
    return state?.phase === 'following' && stream?.doing === 'reading changes';
  });
}

async function syncBySchedule({ temporal }: Stage, connectorId: string): Promise<void> {
  const jobType = 'incremental';
  const schedule = await temporal.schedule.create({
    scheduleId: `bench-${connectorId}-${Date.now()}`,
    spec: {},
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_WORKFLOW,
      workflowId: scheduledWorkflowId(connectorId, jobType),
      taskQueue: TASK_QUEUE,
      args: [{ connectorId, jobType }] satisfies Parameters<ScheduledWorkflow>,
    },
  });
  await schedule.trigger();
  const started = async () => (await schedule.describe()).info.recentActions[0]?.action.workflow;
  await eventually('the schedule has started it', async () => (await started()) !== undefined);
  const { workflowId = '', firstExecutionRunId } = (await started()) ?? {};
  await temporal.workflow.getHandle(workflowId, firstExecutionRunId).result();
  await schedule.delete();
}
