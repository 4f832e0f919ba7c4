import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { digestIds } from '../../../src/postgres/ids/digest-ids';
import { countRows, findExisting, readIds } from '../../../src/postgres/ids/read-ids';
import type { BucketRange } from '../../../src/sync/bucket-ranges';
import type { Relation } from '../../../src/sync/relation';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';

const ID = `'shop:' || t."id"::text || ':é'`;

let database: TestDatabase;
let source: Source;
let partitioned: Relation;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql(`
    create table p (id int primary key, v int) partition by hash (id);
    create table p_0 partition of p for values with (modulus 2, remainder 0);
    create table p_1 partition of p for values with (modulus 2, remainder 1);
    insert into p select i, i from generate_series(1, 25000) as i;
    create table parent (id int primary key);
    create table child () inherits (parent);
    insert into parent values (1), (2);
    insert into child values (3)`);
  partitioned = await describeTable(database, source, 'p');
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

function rowSourceOf(relation: Relation) {
  return { relation, leaves: relation.leaves };
}

function idsIn(from: number, to: number): Promise<string[]> {
  return idsInAny([{ from, to }]);
}

async function idsInAny(buckets: readonly BucketRange[]): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of readIds(source, { rows: rowSourceOf(partitioned), id: ID, buckets })) ids.push(...batch);
  return ids;
}

test('ids are what they are wherever the network cuts them', async () => {
  const id = `t."id"::text || ':' || repeat('é' || t."id"::text, 60)`;
  const ids: string[] = [];
  const request = { rows: rowSourceOf(partitioned), id, buckets: [{ from: 0, to: 1_024 }] };
  for await (const batch of readIds(source, request)) ids.push(...batch);
  const expected = Array.from({ length: 25_000 }, (_, n) => `${n + 1}:${`é${n + 1}`.repeat(60)}`);
  const known = new Set(expected);
  expect(ids.filter((one) => !known.has(one))).toEqual([]);
  expect(new Set(ids).size).toBe(expected.length);
});

test('the buckets share out the ids of all leaves, each in exactly one', async () => {
  const parts = [await idsIn(0, 300), await idsIn(300, 301), await idsIn(301, 1024)];
  const ids = parts.flat();
  expect(ids).toHaveLength(25_000);
  expect(new Set(ids).size).toBe(25_000);
  expect(ids).toContain('shop:25000:é');
  const [row] = await database.sql(
    `select count(*)::int as n from p as t where (hashtextextended(${ID}, 0) & 1023) = 300`,
  );
  expect(parts[1]).toHaveLength(Number(row?.['n']));
  expect(await idsIn(0, 1024)).toHaveLength(25_000);
});

test('the ids of all leaves are summed up by bucket, each once where rows share them', async () => {
  const expected = async (rows: string) => {
    const hashes = `select hashtextextended(id, 0) as h from (${rows}) as r`;
    const buckets = await database.sql(
      `select (h & 1023)::int as bucket, count(*)::int as ids, sum(h >> 32)::float8 as sum from (${hashes}) as s group by 1`,
    );
    return new Map(buckets.map(({ bucket, ids, sum }) => [bucket, { ids, sum }]));
  };
  const all = await digestIds(source, { rows: rowSourceOf(partitioned), id: ID, unique: true });
  expect(all.size).toBe(1_024);
  expect(all).toEqual(await expected(`select ${ID} as id from p as t`));
  const shared = { rows: rowSourceOf(partitioned), id: `(t.v / 10)::text`, filter: 't.v < 5000' };
  const distinct = await expected(`select distinct (t.v / 10)::text as id from p as t where t.v < 5000`);
  expect(await digestIds(source, { ...shared, unique: false })).toEqual(distinct);
});

test('several ranges of buckets are read in one go', async () => {
  const ends = [
    { from: 0, to: 2 },
    { from: 5, to: 6 },
    { from: 1_023, to: 1_024 },
  ];
  const ids = await idsInAny(ends);
  const apart = await Promise.all(ends.map(({ from, to }) => idsIn(from, to)));
  expect(ids.sort()).toEqual(apart.flat().sort());
  expect(ids.length).toBeGreaterThan(0);
});

test('rows are counted, with those of tables that inherit, as a select shows them', async () => {
  expect(await countRows(source, { rows: rowSourceOf(partitioned) })).toBe(25_000);
  expect(await countRows(source, { rows: rowSourceOf(partitioned), filter: 't.v % 2 = 0 or t.v = 1' })).toBe(12_501);
  const parent = await describeTable(database, source, 'parent');
  expect(await countRows(source, { rows: rowSourceOf(parent) })).toBe(3);
});

test('ids that still have a row are told from those that have none', async () => {
  const gone = Array.from({ length: 12_000 }, (_, i) => `shop:${i + 24_000}:é`);
  const found = await findExisting(source, { rows: rowSourceOf(partitioned), id: ID, ids: ["it's", ...gone] });
  expect(found.size).toBe(1_001);
  expect(found.has('shop:24000:é')).toBe(true);
  expect(found.has('shop:25001:é')).toBe(false);
  expect(await findExisting(source, { rows: rowSourceOf(partitioned), id: ID, ids: [] })).toEqual(new Set());
});
