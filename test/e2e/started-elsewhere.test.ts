import { Client, Connection } from '@temporalio/client';

import { readJson, runInProcess, type RunningCommand } from '../support/command-line';
import {
  type ConnectorEntry,
  connectorEntry,
  uniqueTaskQueue,
  writeConfiguration,
} from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { temporalAddress } from '../support/temporal-address';
import { runTemporal } from '../support/temporal-cli';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

const taskQueue = uniqueTaskQueue();
let database: TestDatabase;
let connector: ConnectorEntry;
let worker: RunningCommand;
let file: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`create table city (id int primary key); insert into city values (1), (2)`);
  connector = connectorEntry(database);
  file = writeConfiguration({ connectors: [connector], temporal: { task_queue: taskQueue } });
  worker = await startWorkerProcess(file, '--patience', '1');
});

afterAll(async () => {
  await stopCommand(worker);
  const client = connectElasticsearch();
  await deleteIndices(client, connector.index_name);
  await client.close();
  await database.drop();
});

interface CliResult {
  readonly status: string;
  readonly result?: { readonly relations: readonly { readonly read: number }[] };
  readonly closeEvent?: {
    readonly workflowExecutionFailedEventAttributes?: {
      readonly failure: { readonly message: string; readonly applicationFailureInfo: { readonly type: string } };
    };
  };
}

/** `temporal workflow execute`, which starts a workflow and waits for its end. */
async function execute(workflowId: string, ...args: readonly string[]): Promise<CliResult> {
  const start = ['--type', 'syncConnector', '--task-queue', taskQueue, '--workflow-id', workflowId, ...args];
  // A workflow that fails its task again and again would never end: the timeout tells.
  const { stdout } = await runTemporal('workflow', 'execute', ...start, '-o', 'json', '--execution-timeout', '60s');
  return JSON.parse(stdout) as CliResult;
}

describe('a sync', () => {
  test('is started by Temporal’s own CLI, and shows there what it is', async () => {
    const id = connector.connector_id;
    const input = JSON.stringify({ connectorId: id, jobType: 'full' });
    const summary = ['--static-summary', `full sync of ${id}`];
    expect(await execute(`sync-${id}`, '--input', input, ...summary)).toMatchObject({
      status: 'COMPLETED',
      result: { relations: [{ read: 2 }] },
    });
    const job = readJson(await runInProcess(['jobs', 'show', '--json', '-c', file]));
    expect(job).toMatchObject({ status: 'completed', job_type: 'full', trigger: 'manual' });
  });

  test('is started by the TypeScript SDK', async () => {
    const connection = await Connection.connect({ address: temporalAddress() });
    const id = connector.connector_id;
    const result: unknown = await new Client({ connection }).workflow.execute('syncConnector', {
      taskQueue,
      workflowId: `sync-${id}`,
      args: [{ connectorId: id, jobType: 'incremental' }],
    });
    await connection.close();
    expect(result).toMatchObject({ status: 'completed', jobType: 'incremental', connectorId: id });
  });

  test('may be given null for what it leaves out, as other languages do', async () => {
    const id = connector.connector_id;
    const input = { connectorId: id, jobType: 'full', trigger: null, options: { rebuild: null, forget: [] } };
    const result = await execute(`sync-${id}`, '--input', JSON.stringify(input));
    expect(result.status).toBe('COMPLETED');
  });

  test.each<[string, readonly string[], RegExp]>([
    ['no input at all', [], /must be an object, as \{"connectorId": "shop", "jobType": "full"\}/],
    ['null', ['null'], /must be an object/],
    ['a list', ['[]'], /must be an object/],
    ['no connector', ['{"jobType":"full"}'], /connectorId is missing; it must be the connector_id of a connector/],
    ['no kind', ['{"connectorId":"ID"}'], /jobType is missing; it must be "full" or "incremental"/],
    ['another kind', ['{"connectorId":"ID","jobType":"everything"}'], /jobType must be "full" or "incremental"/],
    [
      'unknown fields',
      ['{"connectorId":"ID","jobType":"full","jobtype":1}'],
      /no field "jobtype"; the fields are connectorId, jobType, trigger, options/,
    ],
    [
      'unknown options',
      ['{"connectorId":"ID","jobType":"full","options":{"force":true}}'],
      /no field "options\.force"; the fields are rebuild, rebuildAs, forget, allowMassDelete/,
    ],
    [
      'options of a wrong type',
      ['{"connectorId":"ID","jobType":"full","options":{"forget":"a"}}'],
      /options\.forget must be a list of relations/,
    ],
    ['two inputs', ['{"connectorId":"ID","jobType":"full"}', '{"round":1}'], /a second one is not allowed/],
  ])('fails at once given %s, and says what is allowed', async (_, inputs, message) => {
    const id = connector.connector_id;
    const args = inputs.flatMap((input) => ['--input', input.replace('ID', id)]);
    const failure = await failureOf(`sync-${id}`, args);
    expect(failure).toMatchObject({ type: 'InvalidConfig' });
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain('→');
  });

  test('fails at once under another workflow id, and soon for a connector that no worker knows', async () => {
    const id = connector.connector_id;
    const input = ['--input', JSON.stringify({ connectorId: id, jobType: 'full' })];
    const foreign = await failureOf(`other-${id}`, input);
    expect(foreign.type).toBe('InvalidConfig');
    expect(foreign.message).toContain(`the workflow id must be sync-${id}`);
    const unknown = `x${id}`;
    const nobody = await failureOf(`sync-${unknown}`, [
      '--input',
      JSON.stringify({ connectorId: unknown, jobType: 'full' }),
    ]);
    expect(nobody.type).toBe('InvalidConfig');
    expect(nobody.message).toContain(`there is no connector '${unknown}'; the configuration defines ${id}`);
    await eventually('it is found by its search attributes', async () => {
      const query = `ConnectorId = '${unknown}' and JobType = 'full' and SyncStatus = 'failed'`;
      const { stdout } = await runTemporal('workflow', 'count', '--query', query, '-o', 'json');
      return Number((JSON.parse(stdout) as { count: string }).count) === 1;
    });
  });
});

async function failureOf(workflowId: string, args: readonly string[]) {
  const { status, closeEvent } = await execute(workflowId, ...args);
  const failure = closeEvent?.workflowExecutionFailedEventAttributes?.failure;
  expect(status).toBe('FAILED');
  return { type: failure?.applicationFailureInfo.type ?? '', message: failure?.message ?? '' };
}
