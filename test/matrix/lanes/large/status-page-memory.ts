import { Client, Connection } from '@temporalio/client';

import { listJobs } from '../../../../src/jobs/list-jobs';
import { runCommand, type RunningCommand } from '../../../support/command-line';
import {
  type ConnectorEntry,
  connectorEntry,
  uniqueTaskQueue,
  writeConfiguration,
} from '../../../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { createDatabase, type TestDatabase } from '../../../support/postgres';
import { monitoringUrl } from '../../../support/scrape';
import { untilPageSays } from '../../../support/status-article';
import { temporalAddress } from '../../../support/temporal-address';
import { startTracedWorker, stopCommand } from '../../../support/worker-process';

const taskQueue = uniqueTaskQueue();
let database: TestDatabase;
let connection: Connection;
let synced: ConnectorEntry;
let fresh: ConnectorEntry;
let file: string;
let worker: RunningCommand | undefined;

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  database = await createDatabase();
  await database.sql('create table item (id integer primary key); insert into item values (1)');
  [synced, fresh] = [connectorEntry(database), connectorEntry(database)];
  file = writeConfiguration({
    connectors: [synced, fresh],
    temporal: { task_queue: taskQueue },
    monitoring: { address: '127.0.0.1:0' },
  });
});

afterAll(async () => {
  if (worker !== undefined) await stopCommand(worker);
  const client = connectElasticsearch();
  await deleteIndices(client, synced.index_name);
  await Promise.all([client.close(), connection.close(), database.drop()]);
});

/** What becomes of a sync after the retention time of its namespace. */
async function letTemporalForget(connectorId: string): Promise<void> {
  const client = new Client({ connection });
  const list = () => listJobs(client, { taskQueue, connectorId, limit: 10 });
  await eventually('the sync is listed', async () => (await list()).length === 1);
  const [job] = await list();
  const execution = { workflowId: `sync-${connectorId}`, runId: job?.runId ?? '' };
  await client.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution: execution });
  await eventually('it is forgotten', async () => (await list()).length === 0, 60_000);
}

test('a sync that Temporal has forgotten is not said to have never been: the index remembers', async () => {
  expect((await runCommand(['sync', synced.connector_id, '-c', file])).code).toBe(0);
  await letTemporalForget(synced.connector_id);
  worker = await startTracedWorker(file, 'http://127.0.0.1:9');
  const url = await monitoringUrl(worker);
  const wording = /Temporal remembers no completed sync; the index was written <time/u;
  const known = await untilPageSays(url, synced.connector_id, ['>last sync forgotten<', wording]);
  expect(known).not.toContain('never synced');
  await untilPageSays(url, fresh.connector_id, ['>never synced<']);
});
