import { Client, Connection, type WorkflowExecutionInfo } from '@temporalio/client';
import { Client as Session } from 'pg';

import { runCommand, type RunningCommand, startCommand } from '../support/command-line';
import { connectorEntry, uniqueTaskQueue, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { temporalAddress } from '../support/temporal-address';
import { runTemporal } from '../support/temporal-cli';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

const taskQueue = uniqueTaskQueue();
let database: TestDatabase;
let temporal: Client;
let worker: RunningCommand;
let file: string;
let connectorId: string;
let index: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql('create table t as select generate_series(1, 100) as id; alter table t add primary key (id)');
  const yearly = { enabled: true, interval: '0 0 0 1 1 ?' };
  const entry = connectorEntry(database, {}, { scheduling: { full: yearly, incremental: yearly } });
  ({ connector_id: connectorId, index_name: index } = entry);
  file = writeConfiguration({ connectors: [entry], temporal: { task_queue: taskQueue } });
  temporal = new Client({ connection: await Connection.connect({ address: temporalAddress() }) });
  worker = await startWorkerProcess(file);
  expect(await runCommand(['schedule', 'apply', '-c', file])).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await runCommand(['schedule', 'delete', '-c', file]);
  await stopCommand(worker);
  await temporal.connection.close();
  const elasticsearch = connectElasticsearch();
  await deleteIndices(elasticsearch, index);
  await elasticsearch.close();
  await database.drop();
});

/** Lets no sync get beyond its plan until the returned function is called. */
async function holdSyncs(): Promise<() => Promise<void>> {
  const session = new Session({ connectionString: database.url });
  session.on('error', () => undefined);
  await session.connect();
  await session.query('begin; lock table t in access exclusive mode');
  return () => session.end();
}

function startByTemporal() {
  const start = ['workflow', 'start', '--fail-existing', '--type', 'syncConnector', '--task-queue', taskQueue];
  return runTemporal(
    ...start,
    '--workflow-id',
    `sync-${connectorId}`,
    '--input',
    JSON.stringify({ connectorId, jobType: 'full' }),
  );
}

/** Runs of a workflow, as far as visibility knows them. */
async function runsOf(workflowId: string): Promise<WorkflowExecutionInfo[]> {
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of temporal.workflow.list({ query: `WorkflowId STARTS_WITH "${workflowId}"` })) runs.push(run);
  return runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
}

async function resultOf({ workflowId, runId }: WorkflowExecutionInfo): Promise<unknown> {
  return temporal.workflow.getHandle(workflowId, runId).result();
}

test('A schedule, the command line and Temporal’s own CLI that start a sync at once never run two at a time', async () => {
  const release = await holdSyncs();
  const command = startCommand(['sync', '-c', file]);
  const [byTemporal, byFullSchedule] = await Promise.all([
    startByTemporal(),
    runCommand(['schedule', 'trigger', '--full', '-c', file]),
    eventually('the command has started a sync or found one', () =>
      /running already|\(workflow sync-/.test(command.stderr()),
    ),
  ]);
  expect(byFullSchedule.code).toBe(0);
  expect(await runCommand(['schedule', 'trigger', '--incremental', '-c', file])).toMatchObject({ code: 0 });
  const scheduled = (jobType: string) => runsOf(`scheduled-${connectorId}-${jobType}`);

  await eventually('the incremental schedule has started', async () => (await scheduled('incremental')).length === 1);
  const [incremental] = await scheduled('incremental');
  if (incremental === undefined) throw new Error('no run');
  expect(await resultOf(incremental)).toMatchObject({ status: 'skipped' });
  await release();

  expect(await command.finished).toMatchObject({ code: 0 });
  const [full] = await scheduled('full');
  if (full === undefined) throw new Error('no run');
  expect(await resultOf(full)).toMatchObject({ status: 'completed', jobType: 'full' });

  await eventually('visibility knows every end', async () =>
    (await runsOf(`sync-${connectorId}`)).every(({ closeTime }) => closeTime !== undefined),
  );
  const runs = await runsOf(`sync-${connectorId}`);
  expect(runs.map(({ status }) => status.name)).toEqual(runs.map(() => 'COMPLETED'));
  // Whoever came first runs; the command follows it, Temporal's CLI is refused, the full schedule waits for its turn.
  const startedByHand = [/\(workflow sync-/.test(command.stderr()), byTemporal.code === 0].filter(Boolean).length;
  expect(startedByHand).toBeLessThanOrEqual(1);
  expect(runs).toHaveLength(startedByHand + 1);
  for (const [position, { startTime }] of runs.entries()) {
    const before = runs[position - 1]?.closeTime?.getTime() ?? 0;
    expect(startTime.getTime()).toBeGreaterThanOrEqual(before);
  }
});
