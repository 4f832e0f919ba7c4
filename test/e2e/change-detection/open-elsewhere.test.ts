import { Client } from 'pg';

import { expectInStep } from '../../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

let syncs: Syncs;
let elsewhere: TestDatabase;
let database: TestDatabase;
let other: Client;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
  elsewhere = await createDatabase();
  other = new Client({ connectionString: elsewhere.url });
  await other.connect();
  await other.query('begin; savepoint s; create table forgotten (id int); release s');
  // Whatever is read later is younger than that transaction.
  database = await createDatabase();
  await database.sql(`create table t (id int primary key, v text);
    insert into t select i, 'v' from generate_series(1, 99) as i`);
  connector = syncs.connect(database.url);
});

afterAll(async () => {
  await other.end();
  await syncs.stop();
  await database.drop();
  await elsewhere.drop();
});

test('while a transaction is open in another database, each change is sent once', async () => {
  expect(await connector.sync()).toMatchObject({ indexed: 99 });
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, unchanged: 99 });
  await database.sql(`update t set v = 'new' where id <= 5`);
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 5, unchanged: 94 });
  expect(await connector.sync('full')).toMatchObject({ indexed: 0, unchanged: 99 });

  // One that the next sync has to make up for: it is open here, too.
  const writer = new Client({ connectionString: database.url });
  await writer.connect();
  await writer.query(`begin; update t set v = 'late' where id = 7; savepoint s; update t set v = 'later' where id = 8`);
  await database.sql(`update t set v = 'newer' where id = 6`);
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 1 });
  await writer.query('commit');
  await writer.end();
  await other.query('commit');
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 2 });
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 0 });
  await expectInStep(connector, database.sql);
});
