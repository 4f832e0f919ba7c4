import { countDifferences } from '../../../src/verify/verification';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncs, type Syncs } from '../../support/start-syncs';
import { type PgBouncer, type PoolMode, startPgBouncer } from './start-pgbouncer';

let database: TestDatabase;
let syncs: Syncs;
let pooler: PgBouncer | undefined;

beforeAll(async () => {
  [database, syncs] = await Promise.all([createDatabase(), startSyncs()]);
});

beforeEach(async () => {
  await database.sql(`
    drop table if exists item;
    create table item (id integer primary key, label text);
    insert into item select n, 'item' from generate_series(1, 20000) as n`);
});

afterEach(async () => {
  await pooler?.stop();
  pooler = undefined;
});

afterAll(async () => {
  await syncs.stop();
  await database.drop();
});

async function connect(mode: PoolMode) {
  pooler = await startPgBouncer(mode, database.url);
  return syncs.connect(pooler.url);
}

test.each<[PoolMode]>([['session'], ['transaction']])('PgBouncer that pools by %s takes syncs', async (mode) => {
  const connector = await connect(mode);
  expect(await connector.check()).toEqual([]);
  expect(await connector.sync()).toMatchObject({ indexed: 20_000 });
  await database.sql(`delete from item where id <= 10; update item set label = 'x' where id = 11`);
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 1, deleted: 10 });
  expect(await connector.sync('full', { rebuild: true })).toMatchObject({ indexed: 19_990 });
  expect(countDifferences(await connector.verify())).toBe(0);
});

test('PgBouncer that pools by statement is told as what keeps syncs from working', async () => {
  const connector = await connect('statement');
  const problem = {
    type: 'InvalidConfig',
    remedy: 'Let PgBouncer pool sessions or transactions for this database: `pool_mode = transaction`.',
  };
  expect(await connector.check()).toEqual([expect.objectContaining(problem)]);
  await expect(connector.sync()).rejects.toMatchObject({ type: 'InvalidConfig' });
});
