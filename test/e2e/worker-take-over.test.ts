import { Client, Connection } from '@temporalio/client';

import { startCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { countDocuments } from '../support/read-documents';
import { temporalAddress } from '../support/temporal-address';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

/** Less than the timeout of heartbeats, after which Temporal itself would notice. */
const SOON_MS = 20_000;

let database: TestDatabase;
let connector: ConnectorEntry;
let file: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create table stock (id integer primary key, name text);
    insert into stock select i, 'name ' || i from generate_series(1, 1000) as i`);
  connector = connectorEntry(database, { tables: 'stock' });
  file = writeConfiguration({ connectors: [connector] });
});

afterAll(async () => {
  const elasticsearch = connectElasticsearch();
  await deleteIndices(elasticsearch, connector.index_name);
  await elasticsearch.close();
  await database.drop();
});

test('a worker goes on at once with what one that was killed on its host has left', async () => {
  const temporal = new Client({ connection: await Connection.connect({ address: temporalAddress() }) });
  const handle = temporal.workflow.getHandle(`sync-${connector.connector_id}`);
  const pending = async () => (await handle.describe()).raw.pendingActivities ?? [];
  const isStarted = async (attempt: number) =>
    (await pending()).some((one) => one.attempt === attempt && one.lastStartedTime != null);
  const first = await startWorkerProcess(file);
  // Reading the table waits for this lock, so that an activity is under way as long as the test needs it.
  await database.sql('begin; lock table stock in access exclusive mode');
  const sync = startCommand(['sync', connector.connector_id, '--full', '--json', '-c', file]);
  await eventually('an activity waits for the table', async () => {
    const [row] = await database.sql(
      `select count(*)::integer as waiting from pg_locks where not granted and relation = 'stock'::regclass`,
    );
    return row?.['waiting'] !== 0;
  });
  first.child.kill('SIGKILL');
  await first.finished;
  const second = await startWorkerProcess(file);
  await eventually('the activity is tried again', () => isStarted(2), SOON_MS);
  await database.sql('commit');
  const { code, stderr } = await sync.finished;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(await countDocuments(connector.index_name)).toBe(1_000);
  await stopCommand(second);
  await temporal.connection.close();
});
