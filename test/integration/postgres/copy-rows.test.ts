import fc from 'fast-check';
import { Client } from 'pg';

import { describeRelations } from '../../../src/postgres/catalog/describe-relations';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { streamTransaction, withTransaction } from '../../../src/postgres/connection/transaction';
import { copyByIds } from '../../../src/postgres/rows/copy-by-ids';
import { copyQuery } from '../../../src/postgres/rows/copy-query';
import { copyRows } from '../../../src/postgres/rows/copy-rows';
import { coverBlocks } from '../../../src/postgres/rows/cover-blocks';
import { readLeaf } from '../../../src/postgres/rows/read-leaf';
import type { Leaf, Relation } from '../../../src/sync/relation';
import { collectRows, type CopiedRows, copyOptions, ROW_AS_JSON } from '../../support/copied-rows';
import { createDatabase, postgresUrl, type TestDatabase } from '../../support/postgres';
import { isServerSince } from '../../support/server-version';
import { describeTable, openTestSource } from '../../support/source';

const ROWS = 20_000;

let database: TestDatabase;
let source: Source;
let big: Relation;
/** In the order of the heap. */
let allIds: string[];

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql(`
    create table big (id int primary key, note text);
    insert into big select i, repeat('x', i % 300) from generate_series(1, ${ROWS}) as i;
    delete from big where id % 5 = 0`);
  big = await describeTable(database, source, 'big');
  const heap = await database.sql('select id::text from big order by ctid');
  allIds = heap.map(({ id }) => String(id));
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

function onlyLeaf(relation: Relation): Leaf {
  const [leaf] = relation.leaves;
  if (leaf === undefined) throw new Error('no leaf');
  return leaf;
}

function copyBlocks(relation: Relation, from: number, to: number | null, changes = {}): Promise<CopiedRows> {
  const request = { ...copyOptions(), relation, leaf: onlyLeaf(relation), range: { from, to }, ...changes };
  return collectRows(copyRows(source, request));
}

function sorted(ids: Iterable<string>): string[] {
  return [...ids].sort((a, b) => Number(a) - Number(b));
}

describe('chunks', () => {
  test('deliver every row exactly once, wherever a table is cut', async () => {
    const { blocks } = onlyLeaf(big);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: blocks + 3 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const starts = [0, ...places.sort((a, b) => a - b)];
        const ids: string[] = [];
        for (const [i, from] of starts.entries()) ids.push(...(await copyBlocks(big, from, starts[i + 1] ?? null)).ids);
        expect(ids).toEqual(allIds);
      }),
      { numRuns: 8 },
    );
  });

  test('come in the order of the heap, in pieces of about the size asked for', async () => {
    const { ids, pieces } = await copyBlocks(big, 0, null, { targetBytes: () => 100_000 });
    expect(ids).toEqual(allIds);
    expect(pieces).toBeGreaterThan(10);
  });

  test('are bulk actions with the version of the pass', async () => {
    const { items } = await copyBlocks(big, 0, 1);
    expect(items[0]).toEqual({
      action: { index: { _id: '1', version: 1_700_000_000_000_000, version_type: 'external_gte' } },
      document: { id: 1, note: 'x' },
    });
  });

  test('read the same by lists of places, as they are read before PostgreSQL 14', async () => {
    const ids: string[] = [];
    const old = { blocks: onlyLeaf(big).blocks, blockBytes: 8_192, versionNumber: 130_000 };
    const [first, second] = [
      { from: 0, to: 100 },
      { from: 100, to: null },
    ];
    for (const condition of [...coverBlocks(first, old), ...coverBlocks(second, old)]) {
      const pieces = streamTransaction(
        source,
        (tx) => readLeaf(tx, { relation: big, leaf: onlyLeaf(big), condition }, copyOptions()),
        { isolation: 'repeatable read' },
      );
      ids.push(...(await collectRows(pieces)).ids);
    }
    expect(ids).toEqual(allIds);
  });

  test('keep ids and names that need escaping intact', async () => {
    await database.sql(String.raw`
      create schema "odd""schema.x";
      create table "odd""schema.x"."t'able"" x" (id text primary key, "col""umn" json);
      insert into "odd""schema.x"."t'able"" x" values (E'a"b\\c\nd\té', '{"k": "v"}'), ('', 'null')`);
    const relation = await describeTable(database, source, `"odd""schema.x"."t'able"" x"`);
    const { ids, items } = await copyBlocks(relation, 0, null);
    expect(ids).toEqual(['a"b\\c\nd\té', '']);
    expect(items[0]?.document).toEqual({ id: 'a"b\\c\nd\té', 'col"umn': { k: 'v' } });
  });

  test('leave out what the filter leaves out', async () => {
    const projection = { ...ROW_AS_JSON, filter: 't."id" <= 3 or t."id" = 7' };
    expect((await copyBlocks(big, 0, null, { projection })).ids).toEqual(['1', '2', '3', '7']);
  });
});

describe('a chunk of a plan that no longer holds', () => {
  async function failsAs(relation: Relation): Promise<void> {
    const taken = copyBlocks(relation, 0, null);
    await expect(taken).rejects.toMatchObject({ type: 'SourceChanged', retryable: true });
  }

  test.each([
    ['VACUUM FULL', 'vacuum full moved'],
    ['TRUNCATE', 'truncate moved'],
    ['a new column', 'alter table moved add column more int default 3'],
    ['a column renamed', 'alter table moved rename column note to text'],
    ['another table of the name', 'drop table moved; create table moved (id int primary key, note text)'],
    ['no table at all', 'drop table moved'],
  ])('after %s is not read', async (_, change) => {
    await database.sql(`
      drop table if exists moved;
      create table moved (id int primary key, note text);
      insert into moved select i, 'x' from generate_series(1, 2000) as i`);
    const relation = await describeTable(database, source, 'moved');
    expect((await copyBlocks(relation, 0, 2)).ids.length).toBeGreaterThan(0);
    for (const statement of change.split(';')) await database.sql(statement);
    await failsAs(relation);
  });

  test('fails for good when the role lost its privilege', async () => {
    const role = `${database.name}_lost`;
    await database.sql(`create role ${role} login password 'x'; create table lost (id int primary key);
      grant select on lost to ${role}`);
    const reader = openTestSource(database, { username: role, password: 'x' });
    const lost = await describeTable(database, reader, 'lost');
    await database.sql(`revoke select on lost from ${role}`);
    const pieces = copyRows(reader, {
      ...copyOptions(),
      relation: lost,
      leaf: onlyLeaf(lost),
      range: { from: 0, to: null },
    });
    await expect(collectRows(pieces)).rejects.toMatchObject({ type: 'SourcePermission', retryable: false });
    await closeSource(reader);
    await database.sql(`drop role ${role}`);
  });

  test('fails for good when row level security would hide rows', async () => {
    const role = `${database.name}_hidden`;
    await database.sql(`create role ${role} login password 'x'; create table hidden (id int primary key);
      grant select on hidden to ${role}`);
    const reader = openTestSource(database, { username: role, password: 'x' });
    const hidden = await describeTable(database, reader, 'hidden');
    await database.sql('alter table hidden enable row level security');
    const pieces = copyRows(reader, {
      ...copyOptions(),
      relation: hidden,
      leaf: onlyLeaf(hidden),
      range: { from: 0, to: null },
    });
    await expect(collectRows(pieces)).rejects.toMatchObject({
      type: 'SourcePermission',
      remedy: expect.stringContaining('documents.row_security') as string,
    });
    await closeSource(reader);
    await database.sql(`drop owned by ${role}; drop role ${role}`);
  });
});

describe('rows that can not be read', () => {
  test('because they are too large are reported by id, unread', async () => {
    await database.sql(`create table large (id int primary key, body text);
      insert into large select i, repeat('y', case when i % 4 = 0 then 5000 else 5 end) from generate_series(1, 12) as i`);
    const large = await describeTable(database, source, 'large');
    const projection = { ...ROW_AS_JSON, size: 'octet_length(t."body")::bigint' };
    const { ids, refused } = await copyBlocks(large, 0, null, { projection, maxRowBytes: 1_000 });
    expect(ids).toHaveLength(9);
    expect(refused).toEqual(['4', '8', '12'].map((id) => ({ fault: 'oversized', id, bytes: 5_000 })));
  });

  test('because PostgreSQL fails on them are reported by place, and all others delivered once', async () => {
    await database.sql(`create table broken (id int primary key, n int);
      insert into broken select i, i % 997 from generate_series(1, 5000) as i`);
    const broken = await describeTable(database, source, 'broken');
    const projection = { ...ROW_AS_JSON, document: `json_build_object('q', 100 / t."n")::text` };
    const { ids, refused } = await copyBlocks(broken, 0, null, { projection });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(5_000 - 5);
    expect(refused).toHaveLength(5);
    const leaf = { schema: 'public', table: 'broken' };
    for (const { place, ...row } of refused) {
      expect({ leaf: place?.leaf, ...row }).toMatchObject({ leaf, fault: 'unreadable', sqlState: '22012' });
      const [found] = await database.sql('select n from broken where ctid = $1::tid', [place?.ctid]);
      expect(found).toEqual({ n: 0 });
    }
  });
});

test('a text with bytes of no encoding is reported, and all other rows are delivered', async () => {
  const name = `${database.name}_ascii`;
  const provider = isServerSince(15) ? 'locale_provider libc' : '';
  await database.sql(
    `create database ${name} template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' ${provider}`,
  );
  const ascii = new Client({ connectionString: postgresUrl(name) });
  await ascii.connect();
  await ascii.query(String.raw`create table t (id int primary key, word text)`);
  await ascii.query(String.raw`insert into t values (1, 'good'), (2, E'bad \xff'), (3, 'good'), (4, E'\xe4')`);
  const { rows } = await ascii.query<{ oid: number }>(`select 't'::regclass::oid as oid`);
  await ascii.end();
  const asciiSource = openTestSource(database, { database: name });
  const { relations } = await withTransaction(asciiSource, (tx) =>
    describeRelations(tx, [rows[0]?.oid ?? 0], { idColumns: {}, excludeColumns: [] }),
  );
  const [relation] = relations;
  const [leaf] = relation?.leaves ?? [];
  if (relation === undefined || leaf === undefined) throw new Error('no table');
  const request = { ...copyOptions(), relation, leaf, range: { from: 0, to: null } };
  const { ids, refused } = await collectRows(copyRows(asciiSource, request));
  await closeSource(asciiSource);
  await database.sql(`drop database ${name}`);
  expect(ids).toEqual(['1', '3']);
  expect(refused).toMatchObject(
    ['(0,2)', '(0,4)'].map((ctid) => ({ fault: 'unreadable', place: { ctid }, sqlState: '22021' })),
  );
});

/** A relation as a whole. */
const WHOLE = { key: ['id'], buckets: { from: 0, to: 1024 }, maxAmbiguous: 10 };

describe('whole relations and single rows', () => {
  test('views are read as a whole', async () => {
    await database.sql('create view evens as select * from big where id % 2 = 0');
    const rows = { relation: { schema: 'public', table: 'evens' }, from: 'public.evens' };
    const { ids } = await collectRows(copyQuery(source, { ...copyOptions(), ...WHOLE, rows }));
    expect(sorted(ids)).toEqual(sorted(allIds.filter((id) => Number(id) % 2 === 0)));
  });

  test('a rule that fails on more rows than are worth telling apart is to blame itself', async () => {
    const rows = {
      relation: { schema: 'rule', table: 'quotients' },
      from: '(\nselect id, 1 / (id % 2) as q from big\n)',
      searchPath: ['public'],
    };
    await expect(collectRows(copyQuery(source, { ...copyOptions(), ...WHOLE, rows }))).rejects.toMatchObject({
      type: 'InvalidRule',
    });
  });

  test('rows are found by their ids, those that are gone passed over', async () => {
    const ids = ['1', '2', '5', '19999', '777777'];
    const tables = { relation: big, leaves: big.leaves };
    const found = await collectRows(copyByIds(source, { ...copyOptions(), rows: tables, ids }));
    expect(found.ids).toEqual(['1', '2', '19999']);
    const view = { relation: big, from: 'public.big' };
    expect((await collectRows(copyByIds(source, { ...copyOptions(), rows: view, ids }))).ids).toEqual(found.ids);
  });
});
