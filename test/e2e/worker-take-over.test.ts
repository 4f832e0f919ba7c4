import { Client, Connection, defaultPayloadConverter, type Payload } from '@temporalio/client';

import type { Checkpoint } from '../../src/sync/checkpoint';
import { readKept } from '../../src/worker/keep-heartbeats';
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

const elasticsearch = connectElasticsearch();
let database: TestDatabase;
let connector: ConnectorEntry;
let file: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create table read_first (id integer primary key, text text);
    insert into read_first select i, repeat('x', 700) from generate_series(1, 30000) as i;
    create table stock (id integer primary key, name text);
    insert into stock select i, 'name ' || i from generate_series(1, 1000) as i`);
  // Both tables are one activity's.
  connector = connectorEntry(database, { tables: 'read_first, stock' }, { concurrency: 1 });
  // Temporal hears of nothing that is done while these tests wait.
  file = writeConfiguration({ connectors: [connector], temporal: { heartbeat_interval: '10s' } });
});

afterAll(async () => {
  await deleteIndices(elasticsearch, connector.index_name);
  await elasticsearch.close();
  await database.drop();
});

/** Of no checkpoint, nothing. */
const readCheckpoint = (details: unknown) => (details ?? {}) as Partial<Checkpoint>;

/** What the activity under way says by Temporal's account. */
function saidBy(pending: readonly { readonly heartbeatDetails?: { readonly payloads?: Payload[] | null } | null }[]) {
  const [payload] = pending[0]?.heartbeatDetails?.payloads ?? [];
  return readCheckpoint(payload == null ? undefined : defaultPayloadConverter.fromPayload(payload));
}

test('a worker goes on at once with what one that was killed on its host has left, from where it was', async () => {
  const temporal = new Client({ connection: await Connection.connect({ address: temporalAddress() }) });
  const handle = temporal.workflow.getHandle(`sync-${connector.connector_id}`);
  const pending = async () => (await handle.describe()).raw.pendingActivities ?? [];
  const isStarted = async (attempt: number) =>
    (await pending()).some((one) => one.attempt === attempt && one.lastStartedTime != null);
  const first = await startWorkerProcess(file);
  const sync = startCommand(['sync', connector.connector_id, '--full', '--json', '-c', file]);
  await eventually('tables are copied', () => elasticsearch.indices.exists({ index: connector.index_name }));
  // Copying the second one waits for this lock, so that an activity is under way as long as the test needs it.
  await database.sql('begin; lock table stock in access exclusive mode');
  await eventually('an activity waits for the table', async () => {
    const [row] = await database.sql(
      `select count(*)::integer as waiting from pg_locks where not granted and relation = 'stock'::regclass`,
    );
    return row?.['waiting'] !== 0;
  });
  const [left] = await pending();
  const { runId } = await handle.describe();
  const activity = { workflowId: handle.workflowId, runId, activityId: left?.activityId ?? '' };
  const kept = () => readCheckpoint(readKept(left?.lastWorkerIdentity ?? '')(activity));
  await eventually('it keeps what it has done', () => (kept().reports?.[0]?.indexed ?? 0) > 0);
  first.child.kill('SIGKILL');
  await first.finished;
  const done = kept();
  const second = await startWorkerProcess(file);
  await eventually('the activity is tried again', () => isStarted(2), SOON_MS);
  expect(saidBy(await pending())).toEqual(done);
  await database.sql('commit');
  const { code, stderr } = await sync.finished;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(await countDocuments(connector.index_name)).toBe(31_000);
  await stopCommand(second);
  await temporal.connection.close();
});
