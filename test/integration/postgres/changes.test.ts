import { Client } from 'pg';

import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { copyChangedRows, copyRows } from '../../../src/postgres/rows/copy-rows';
import { changedSince, hasChangesSince } from '../../../src/postgres/server/changed-since';
import { readHorizon, untilFlushed } from '../../../src/postgres/server/watermark';
import type { Relation } from '../../../src/sync/relation';
import type { Since } from '../../../src/sync/unseen-transactions';
import { collectRows, copyOptions } from '../../support/copied-rows';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;
let table: Relation;
let others: Client[];

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
});

beforeEach(async () => {
  others = [];
  await database.sql(`drop table if exists t, p; create table t (id int primary key, v int);
    insert into t select i, 0 from generate_series(1, 1000) as i`);
  table = await describeTable(database, source, 't');
});

afterEach(async () => {
  await Promise.all(others.map((client) => client.end()));
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

async function readMoment(): Promise<Since> {
  const horizon = await readHorizon(source);
  await untilFlushed(source, horizon);
  return horizon;
}

/** A session of its own, with a transaction that has an id. */
async function beginTransaction(): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  others.push(client);
  await client.connect();
  await client.query('begin');
  await client.query('select txid_current()');
  return client;
}

/** Each row's value, in a snapshot of its own. */
async function readValues(): Promise<ReadonlyMap<string, unknown>> {
  const rows = await database.sql('select id::text, v from t');
  return new Map(rows.map(({ id, v }) => [String(id), v]));
}

async function changedIds(since: Since, relation = table): Promise<string[]> {
  const request = { ...copyOptions(), relation, leaves: relation.leaves, since };
  const { ids } = await collectRows(copyChangedRows(source, request));
  return ids.sort((a, b) => Number(a) - Number(b));
}

describe('rows changed since a watermark', () => {
  test('are those inserted and updated after it, and no others', async () => {
    const since = await readMoment();
    expect(await changedIds(since)).toEqual([]);
    await database.sql(
      'insert into t values (2000, 1); update t set v = 1 where id in (5, 7); delete from t where id = 9',
    );
    expect(await changedIds(since)).toEqual(['5', '7', '2000']);
    expect(await changedIds(await readMoment())).toEqual([]);
  });

  test('include those of a transaction that was in flight', async () => {
    const early = await beginTransaction();
    await early.query('update t set v = 1 where id = 3');
    const since = await readMoment();
    await early.query('commit');
    expect(await changedIds(since)).toEqual(['3']);
  });

  test('include those of overlapping transactions that had not committed, in whatever order they do', async () => {
    const first = await beginTransaction();
    const second = await beginTransaction();
    await first.query('update t set v = 1 where id = 1');
    await second.query('update t set v = 1 where id = 2');
    await second.query('commit');
    const since = await readMoment();
    const third = await beginTransaction();
    await third.query('update t set v = 1 where id = 3');
    await third.query('commit');
    await first.query('commit');
    expect(await changedIds(since)).toEqual(['1', '3']);
  });

  test('leave out those that were seen, although an older transaction is open', async () => {
    const long = await beginTransaction();
    const { rows } = await long.query<{ id: string }>('select txid_current()::text as id');
    await database.sql('update t set v = 1 where id = 4');
    const since = await readMoment();
    expect(since.unseen?.open).toContainEqual([rows[0]?.id, rows[0]?.id]);
    expect(BigInt(since.watermark)).toBeLessThanOrEqual(BigInt(rows[0]?.id ?? ''));
    expect(await changedIds(since)).toEqual([]);
    await long.query('update t set v = 1 where id = 3');
    await long.query('commit');
    expect(await changedIds(since)).toEqual(['3']);
  });

  test('include those of subtransactions of an older transaction, open or released, but not rolled back ones', async () => {
    const long = await beginTransaction();
    await long.query('savepoint a; update t set v = 1 where id = 1; release a');
    await long.query('savepoint b; update t set v = 1 where id = 2; rollback to b');
    await long.query('savepoint c; update t set v = 1 where id = 3');
    await database.sql('update t set v = 1 where id = 4');
    const since = await readMoment();
    await long.query('commit');
    expect(await changedIds(since)).toEqual(['1', '3']);
  });

  test('include those of a prepared transaction', async () => {
    const early = await beginTransaction();
    await early.query('update t set v = 1 where id = 3');
    await early.query(`prepare transaction 'early'`);
    await database.sql('update t set v = 1 where id = 4');
    const since = await readMoment();
    await database.sql(`commit prepared 'early'`);
    expect(await changedIds(since)).toEqual(['3']);
  });

  test('are all that a later snapshot shows otherwise, whatever commits meanwhile', async () => {
    const writers = await Promise.all(Array.from({ length: 6 }, beginTransaction));
    let isOver = false;
    const write = async (writer: Client, number: number) => {
      await writer.query('commit');
      for (let turn = 0; !isOver; turn += 1) {
        const id = 100 + number * 100 + (turn % 100);
        await writer.query('begin; savepoint s');
        await writer.query('update t set v = v + 1 where id = $1', [id]);
        await writer.query(turn % 3 === 0 ? 'rollback to s' : 'release s');
        await writer.query('update t set v = v + 1 where id = $1', [id + 1]);
        await writer.query('commit');
      }
    };
    const writing = Promise.all(writers.map(write));
    for (let round = 0; round < 40; round += 1) {
      const since = await readHorizon(source);
      const before = await readValues();
      const after = await readValues();
      const changed = new Set(await changedIds(since));
      const missed = [...after].filter(([id, v]) => before.get(id) !== v && !changed.has(id));
      expect(missed).toEqual([]);
    }
    isOver = true;
    await writing;
  });

  test('include those of subtransactions', async () => {
    const since = await readMoment();
    await database.sql('begin; savepoint a; update t set v = 1 where id = 8; release a; commit');
    expect(await changedIds(since)).toEqual(['8']);
  });

  test('leave out rows that were frozen or only vacuumed', async () => {
    const since = await readMoment();
    await database.sql('vacuum (freeze, analyze) t');
    expect(await changedIds(since)).toEqual([]);
  });

  test('include a row that moved from one partition to another', async () => {
    await database.sql(`create table p (id int primary key) partition by range (id);
      create table p_low partition of p for values from (0) to (100);
      create table p_high partition of p for values from (100) to (200);
      insert into p values (1), (150)`);
    const partitioned = await describeTable(database, source, 'p');
    const since = await readMoment();
    await database.sql('update p set id = 101 where id = 1');
    expect(await changedIds(since, partitioned)).toEqual(['101']);
  });

  test('can be read chunk by chunk as well', async () => {
    const since = await readMoment();
    await database.sql('update t set v = 1 where id = 6');
    const [leaf] = table.leaves;
    if (leaf === undefined) throw new Error('no leaf');
    const pieces = copyRows(source, {
      ...copyOptions(),
      relation: table,
      leaf,
      range: { from: 0, to: null },
      changedSince: since,
    });
    expect((await collectRows(pieces)).ids).toEqual(['6']);
  });
});

describe('the age of transaction ids', () => {
  /** Which of these ids, given by their distance from now, a refresh from a watermark at such a distance reads. */
  async function readSince(watermark: number, ids: readonly number[]): Promise<number[]> {
    // Not the watermark, which somebody's open transaction holds back.
    const now = Number((await database.sql('select txid_current() as id'))[0]?.['id']);
    const round = 2 ** 32;
    const shortId = (distance: number) => (((now - distance) % round) + round) % round;
    const values = ids.map((distance) => `(${distance}, '${shortId(distance)}'::xid)`).join(', ');
    const rows = await withTransaction(
      source,
      (tx) =>
        tx.query<{ distance: number }>(
          `select distance from (values ${values}) as t (distance, xmin)
           where ${changedSince({ watermark: String(now + 3 * round - watermark) })} order by distance`,
        ),
      { isolation: 'repeatable read' },
    );
    return rows.map(({ distance }) => distance);
  }

  test('counts across the border where 32-bit ids begin anew', async () => {
    // The server is young: ids further back than some hundreds are those of before the border.
    const ids = [0, 1, 100, 99_999, 100_000, 100_001, 2 ** 30];
    expect(await readSince(0, ids)).toEqual([0]);
    expect(await readSince(100_000, ids)).toEqual([0, 1, 100, 99_999, 100_000]);
  });

  test('counts as far as 32 bits go, and takes ids of the future and frozen ones for none of its own', async () => {
    const oldest = 2 ** 31 - 100_000_000;
    const ids = [-(2 ** 30), -1_000, 0, oldest, oldest + 1, 2 ** 31 - 2];
    expect(await readSince(oldest, ids)).toEqual([0, oldest]);
    const frozen = await withTransaction(source, (tx) =>
      tx.query(`select from (values ('2'::xid), ('1'::xid)) as t (xmin) where ${changedSince({ watermark: '3' })}`),
    );
    expect(frozen).toEqual([]);
  });
});

test('a pass may be skipped only while no transaction since the watermark is visible', async () => {
  const changed = (since: Since) => withTransaction(source, (tx) => hasChangesSince(tx, since));
  const open = await beginTransaction();
  await open.query('update t set v = 1 where id = 1');
  const since = await readMoment();
  await open.query('commit');
  expect(await changed(since)).toBe(true);
  const later = await readMoment();
  await database.sql('update t set v = 2 where id = 2');
  expect(await changed(later)).toBe(true);
});

test('a watermark is on disk before it is used, also with commits that do not wait', async () => {
  await database.sql(`set local synchronous_commit = off; update t set v = 3 where id = 3`);
  await readMoment();
  const [row] = await database.sql(`select pg_current_wal_insert_lsn() - pg_current_wal_flush_lsn() <= 64 as flushed`);
  expect(row).toEqual({ flushed: true });
});

describe('rows of a partitioned table', () => {
  test('are read through it where the role may not select from the partition', async () => {
    const role = `${database.name}_reader`;
    await database.sql(`create role ${role} login password 'x';
      create table p (id int primary key) partition by range (id);
      create table p_low partition of p for values from (0) to (100);
      create table p_high partition of p for values from (100) to (200);
      insert into p select i from generate_series(1, 199) as i;
      grant select on p, p_high to ${role}`);
    const reader = openTestSource(database, { username: role, password: 'x' });
    const relation = await describeTable(database, reader, 'p');
    const ids: string[] = [];
    for (const leaf of relation.leaves) {
      const pieces = copyRows(reader, { ...copyOptions(), relation, leaf, range: { from: 0, to: null } });
      ids.push(...(await collectRows(pieces)).ids);
    }
    expect(ids.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 199 }, (_, i) => i + 1));
    await closeSource(reader);
    await database.sql(`drop owned by ${role}; drop role ${role}`);
  });
});
