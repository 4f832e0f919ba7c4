import { randomBytes } from 'node:crypto';

import { DOCUMENTS_OF_SEEN } from '../support/documents-of-seen';
import { uniqueIndex } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { expectInStep } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { sourceSettings } from '../support/source';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';
import { lockTables, type TableLock } from '../support/table-lock';

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;
const locks: TableLock[] = [];

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create table item (id int primary key, v text default 'a');
    insert into item select i from generate_series(1, 20) as i;
    create table other (id int primary key, v text);
    insert into other select i, 'a' from generate_series(1, 20) as i`);
  connector = syncs.connect(database.url, {
    index: uniqueIndex('locked'),
    source: sourceSettings(database, { lockTimeoutMs: 2_000 }),
  });
});
afterEach(async () => {
  await Promise.all(locks.splice(0).map(({ release }) => release()));
  await database.drop();
});
afterAll(() => syncs.stop());

async function lock(...tables: string[]): Promise<number> {
  const taken = await lockTables(database, ...tables);
  locks.push(taken);
  return taken.processId;
}

async function waitsForItem(): Promise<boolean> {
  const waiting = `select from pg_locks where relation = 'item'::regclass and not granted`;
  return (await database.sql(waiting)).length > 0;
}

describe('a table that somebody keeps locked', () => {
  test('fails alone, naming who holds the lock; the others are synced, and it is when the lock is gone', async () => {
    await connector.sync();
    await database.sql(`update item set v = 'b'; update other set v = 'b'`);
    const holder = await lock('item');
    await expect(connector.sync('incremental')).rejects.toMatchObject({
      type: 'RelationLocked',
      message: expect.stringMatching(
        new RegExp(
          `1 of 2 relations .*public\\.item: waited 2 s for a lock on public\\.item, held by process ${holder} since \\d{4}-.*` +
            `→ Wait until process ${holder} ends its transaction, or end it: \`select pg_terminate_backend\\(${holder}\\)\``,
          'u',
        ),
      ) as string,
    });
    await expectInStep(connector, database.sql, 'public.other');
    await locks.pop()?.release();
    expect((await connector.sync('incremental')).indexed).toBe(20);
    await expectInStep(connector, database.sql, 'public.item');
  });

  test('is no reason to go on once the sync is cancelled', async () => {
    connector.configure({ source: sourceSettings(database, { lockTimeoutMs: 300_000 }) });
    await lock('item');
    const syncing = await connector.start();
    await eventually('the plan waits for the lock', waitsForItem);
    const before = performance.now();
    await syncing.cancel();
    await expect(syncing.result()).rejects.toThrow('cancelled');
    expect(performance.now() - before).toBeLessThan(20_000);
    await eventually('nobody waits any more', async () => !(await waitsForItem()));
  });

  test('is waited for while lock_timeout lasts', async () => {
    connector.configure({ source: sourceSettings(database, { lockTimeoutMs: 60_000 }) });
    await lock('item');
    const syncing = connector.sync();
    await eventually('the sync waits for the lock', waitsForItem);
    await locks.pop()?.release();
    expect((await syncing).indexed).toBe(40);
  });

  test('is told from all others, be it a partition, below a view, or one that tables inherit from', async () => {
    await database.sql(`
      create table parted (id int primary key, v text) partition by range (id);
      create table parted_1 partition of parted for values from (0) to (100);
      create table parted_2 partition of parted for values from (100) to (200);
      insert into parted select i from generate_series(1, 199) as i;
      create table parent (id int primary key);
      create table child () inherits (parent);
      create view seen as select id, v from other;
      create table t1 (id int primary key); create table t2 (id int primary key); create table t3 (id int primary key);
      insert into t2 values (1)`);
    connector.configure({
      selection: { schemas: ['public'], tables: ['*', 'seen'] },
      documents: DOCUMENTS_OF_SEEN,
    });
    await lock('parted_2', 'child', 'other', 't1', 't3');
    const failed = await connector.sync().catch((error: unknown) => error);
    const locked = [
      ...String(failed).matchAll(
        /(public\.\w+): (?:[^:]*PostgreSQL at [^:]+:[^:]+: )?waited 2 s for a lock on (\S+),/gu,
      ),
    ];
    expect(locked.map(([, relation, on]) => `${relation} by ${on}`).sort()).toEqual([
      'public.other by public.other',
      'public.parent by public.parent',
      'public.parted by public.parted',
      'public.seen by public.other',
      'public.t1 by public.t1',
      'public.t3 by public.t3',
    ]);
    await expectInStep(connector, database.sql, 'public.item');
    await expectInStep(connector, database.sql, 'public.t2');
  });

  test('is named by a rule that reads it; other rules are synced', async () => {
    connector.configure({
      rules: {
        basic: [],
        advanced: [
          { tables: ['item'], query: 'select * from item where id < 5', idColumns: ['id'] },
          { tables: ['other'], query: 'select * from other where id < 5', idColumns: ['id'] },
        ],
      },
    });
    await lock('item');
    await expect(connector.sync()).rejects.toMatchObject({
      type: 'RelationLocked',
      message: expect.stringMatching(/Advanced sync rule 1 \(item\): .*for a lock on public\.item, held by/u) as string,
    });
    await connector.elasticsearch.indices.refresh({ index: connector.index });
    expect((await connector.elasticsearch.count({ index: connector.index })).count).toBe(4);
  });

  test('fails alone as well when it is locked while it is copied', async () => {
    await database.sql(`insert into item select i, repeat('x', 1000) from generate_series(21, 200) as i`);
    let locking: Promise<number> | undefined;
    connector.hook({
      betweenBlocks: async (relation) => {
        if (relation === 'public.item') await (locking ??= lock('item'));
      },
    });
    await expect(connector.sync()).rejects.toMatchObject({
      type: 'RelationLocked',
      message: expect.stringMatching(
        /1 of 2 relations .*public\.item: .*waited 2 s for a lock on public\.item/u,
      ) as string,
    });
    await expectInStep(connector, database.sql, 'public.other');
  });

  test('fails behind somebody who only waits for the lock, too; the role needs no more than select', async () => {
    const role = `reader_${randomBytes(6).toString('hex')}`;
    await database.sql(`create role ${role} login password 'x';
      grant select on all tables in schema public to ${role}`);
    connector.configure({ source: sourceSettings(database, { username: role, password: 'x', lockTimeoutMs: 2_000 }) });
    const reader = await lockTables(database);
    const changer = await lockTables(database);
    locks.push(reader, changer);
    await reader.run('select count(*) from item');
    const changing = changer.run('alter table item add column w int').catch(() => undefined);
    await eventually('the change waits', async () => {
      const waiting = `select from pg_locks where relation = 'item'::regclass and not granted`;
      return (await database.sql(waiting)).length > 0;
    });
    await expect(connector.sync()).rejects.toMatchObject({
      message: expect.stringContaining(
        `for a lock on public.item, asked for before by process ${changer.processId}, which waits for process ${reader.processId} itself`,
      ) as string,
    });
    await Promise.all(locks.splice(0).map(({ release }) => release()));
    await changing;
    await database.sql(`drop owned by ${role}; drop role ${role}`);
  });
});
