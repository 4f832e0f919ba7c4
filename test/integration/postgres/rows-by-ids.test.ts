import { idPrefix } from '../../../src/documents/ids/document-id';
import { idExpression } from '../../../src/documents/ids/id-expression';
import { idKeyOf } from '../../../src/documents/ids/key-of-id';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { findExisting } from '../../../src/postgres/ids/read-ids';
import { copyByIds } from '../../../src/postgres/rows/copy-by-ids';
import { rowSourceOf } from '../../../src/postgres/rows/row-source';
import type { IdStyle } from '../../../src/sync/document-owner';
import { copiedDocuments } from '../../../src/verify/copied-documents';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql(`
    create domain code as text check (value <> 'never');
    create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table small (id int2 primary key);
    insert into small values (-32768), (0), (7), (32767);
    create table pair (a int8, b text, primary key (a, b));
    insert into pair values (1, 'x'), (1, 'x,y%'), (-9223372036854775808, ''), (2, E'\\\\ ''quoted'' "é"');
    create table ids (id uuid primary key);
    insert into ids values ('00000000-0000-4000-8000-0000000000ab');
    create table words (word varchar(700) collate nocase primary key);
    insert into words values ('Word'), (repeat('long', 150)), ('50%'), ('%H'), ('%N');
    create table empties (word text primary key);
    insert into empties values (''), ('%E');
    create table codes (code code primary key);
    insert into codes values ('a,b');
    create table amounts (amount numeric primary key);
    insert into amounts values (1.50);
    create table plenty (id int primary key);
    insert into plenty select generate_series(1, 25000)`);
});
afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

async function lookUp(table: string, style: IdStyle = 'qualified') {
  const relation = await describeTable(database, source, table);
  const id = idExpression('shop', relation, style);
  const idKey = idKeyOf('shop', relation, style);
  const prefix = idPrefix('shop', relation, style);
  const find = async (texts: readonly string[]) => {
    const ids = texts.map((text) => prefix + text);
    const request = { rows: rowSourceOf(relation), id };
    const found = await findExisting(source, { ...request, ids, ...(idKey === undefined ? {} : { idKey }) });
    expect(found).toEqual(await findExisting(source, { ...request, ids }));
    return [...found].map((one) => one.slice(prefix.length)).sort();
  };
  return { find, hasKey: idKey !== undefined };
}

const LOOKED_FOR = [
  ['small', ['-32768', '7', '0', '32767'], ['32768', '-32769', '+7', '07', ' 7', '7.0', '-0', '', '7,7', '1e1', 'x']],
  ['pair', ['1,x', '1,x%2Cy%25', '-9223372036854775808,', `2,\\ 'quoted' "é"`], ['1', '1,x,y%25', '1,X', '1,x%2cy%25']],
  ['ids', ['00000000-0000-4000-8000-0000000000ab'], ['00000000-0000-4000-8000-0000000000AB', '{}', '']],
  ['words', ['Word', '50%25', '%25H', '%25N'], ['word', 'WORD', '50%', '%2', '%H', '%Habc', '%N', 'a\0b']],
  ['codes', ['a%2Cb'], ['a,b', 'never']],
  ['amounts', ['1.50'], ['1.5', '1.500', 'NaN']],
] as const;

const STYLES = ['qualified', 'key'] as const;

test.each(LOOKED_FOR.flatMap(([table, ...texts]) => STYLES.map((style) => [table, style, ...texts] as const)))(
  'of %s the rows of ids, %s ones, are found, exactly, whatever else somebody calls a document',
  async (table, style, there, others) => {
    const { find } = await lookUp(table, style);
    expect(await find([...there, ...others])).toEqual([...there].sort());
  },
);

test('a key that is an empty text is found where ids are keys alone', async () => {
  const { find } = await lookUp('empties', 'key');
  expect(await find(['%E', '%25E', 'E', '%', '%e'])).toEqual(['%25E', '%E']);
});

test('an id that holds a hash of its key is found by itself', async () => {
  const { find } = await lookUp('words');
  const [row] = await database.sql(
    `select encode(sha256(convert_to('shop:public.words:' || repeat('long', 150), 'UTF8')), 'hex') as hash`,
  );
  expect(await find([`%H${String(row?.['hash'])}`, 'Word'])).toEqual([`%H${String(row?.['hash'])}`, 'Word'].sort());
});

test('more ids than one statement looks for', async () => {
  const { find, hasKey } = await lookUp('plenty');
  expect(hasKey).toBe(true);
  expect(await find(Array.from({ length: 30_000 }, (_, n) => String(n + 1)))).toHaveLength(25_000);
});

test('by an index: of a large table few pages are read', async () => {
  // PostgreSQL tells of scans up to a second later: other tests may have read any other table.
  await database.sql(`create table apart (id int primary key); insert into apart select generate_series(1, 25000)`);
  await database.sql('vacuum analyze apart');
  const relation = await describeTable(database, source, 'apart');
  const read = async () => {
    // What this session did, making the key's index as well, is told of once it is flushed.
    await database.sql('select pg_stat_force_next_flush()');
    const [row] = await database.sql(`select seq_scan as n from pg_stat_user_tables where relname = 'apart'`);
    return Number(row?.['n']);
  };
  const before = await read();
  const idKey = idKeyOf('shop', relation);
  const request = { rows: rowSourceOf(relation), id: idExpression('shop', relation) };
  await findExisting(source, { ...request, ids: ['shop:public.apart:7'], ...(idKey === undefined ? {} : { idKey }) });
  await database.sql('select pg_sleep(1.1)');
  expect(await read()).toBe(before);
});

test('rows whose order in the table is not that of their keys are all read, or refused, where some fail', async () => {
  await database.sql(`create table shuffled (id int primary key, n int);
    insert into shuffled select i, i % 97 from generate_series(1, 3000) as i order by md5(i::text);
    create table shuffled_texts (id text primary key, n int);
    insert into shuffled_texts select i::text, i % 97 from generate_series(1, 3000) as i order by md5(i::text);
    analyze shuffled; analyze shuffled_texts`);
  for (const table of ['shuffled', 'shuffled_texts']) {
    const relation = await describeTable(database, source, table);
    const idKey = idKeyOf('shop', relation);
    const wanted = Array.from({ length: 200 }, (_, n) => n * 13 + 1);
    const pieces = copyByIds(source, {
      rows: rowSourceOf(relation),
      ids: wanted.map((id) => `shop:public.${table}:${id}`),
      projection: {
        id: idExpression('shop', relation),
        ...(idKey === undefined ? {} : { idKey }),
        document: `json_build_object('q', 100 / t."n")::text`,
      },
      version: 1,
      maxRowBytes: 1_000_000,
      targetBytes: () => 500,
    });
    const [read, refused]: [string[], string[]] = [[], []];
    for await (const piece of pieces) {
      if (piece.kind === 'rows') read.push(...[...copiedDocuments(piece)].map(({ id }) => id));
      if (piece.kind === 'refused') refused.push(...piece.rows.flatMap(({ id }) => id ?? []));
    }
    const [whole, broken] = [wanted.filter((n) => n % 97 !== 0), wanted.filter((n) => n % 97 === 0)];
    const idsOf = (keys: readonly number[]) => keys.map((key) => `shop:public.${table}:${key}`).sort();
    expect({ read: read.sort(), refused: refused.sort() }).toEqual({ read: idsOf(whole), refused: idsOf(broken) });
  }
});
