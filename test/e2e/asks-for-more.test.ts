import { Client, Connection } from '@temporalio/client';
import { Client as Session } from 'pg';

import { type ConfiguredConnector, createConfiguredConnector } from '../support/configured-connector';
import { eventually } from '../support/eventually';
import { temporalAddress } from '../support/temporal-address';

let configured: ConfiguredConnector;
let temporal: Client;
/** While its transaction is open no sync gets beyond its plan. */
let holder: Session;

beforeAll(async () => {
  configured = await createConfiguredConnector();
  const { sql, url } = configured.database;
  await sql('create table t as select generate_series(1, 100) as id; alter table t add primary key (id)');
  temporal = new Client({ connection: await Connection.connect({ address: temporalAddress() }) });
  await configured.startWorker();
  expect(await configured.run('sync')).toMatchObject({ code: 0 });
  holder = new Session({ connectionString: url });
  await holder.connect();
});

afterAll(async () => {
  await holder.end();
  await temporal.connection.close();
  await configured.close();
});

test('A sync that does more than the one that runs is not taken for done: it waits for that one’s end, or says no', async () => {
  const { connector, run, start } = configured;
  await holder.query('begin; lock table t in access exclusive mode');
  const incremental = start('sync', '--incremental');
  const handle = temporal.workflow.getHandle(`sync-${connector.connector_id}`);
  await eventually('the incremental sync runs', async () => (await handle.describe()).status.name === 'RUNNING');

  const refused = await run('sync', '--full', '--detach');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toMatch(/Nothing was started: an incremental sync .* is running already/u);
  const followed = start('sync', '--incremental');
  await eventually('a command follows', () => /following that one/u.test(followed.stderr()));
  const rebuild = start('sync', '--rebuild');
  await eventually('another waits', () => /this one begins when it has ended/u.test(rebuild.stderr()));
  await holder.query('rollback');

  for (const command of [incremental, followed, rebuild]) expect(await command.finished).toMatchObject({ code: 0 });
  expect(await handle.result()).toMatchObject({ status: 'completed', jobType: 'full', indexed: 100 });
});
