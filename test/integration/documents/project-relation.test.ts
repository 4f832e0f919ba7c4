import fc from 'fast-check';

import { buildMapping, totalFields } from '../../../src/documents/index-mapping';
import { type ProjectionInput, projectRelation } from '../../../src/documents/project-relation';
import type { Projection } from '../../../src/documents/projection';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';
import { column, makeRelation } from '../../support/make-relation';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';

type Document = Record<string, unknown>;

const OPTIONS: ProjectionInput['options'] = {
  fieldNames: 'prefixed',
  json: 'flattened',
  excludeColumns: [],
  mapping: {},
};

describe('rows as documents', () => {
  const client = connectElasticsearch();
  const index = uniqueIndex('documents');
  let database: TestDatabase;
  let source: Source;

  beforeAll(async () => {
    database = await createDatabase();
    source = openTestSource(database);
    await database.sql(`create table plain_t (id int primary key, "table" text); insert into plain_t values (1, 'x')`);
  });

  afterAll(async () => {
    await deleteIndices(client, index);
    await closeSource(source);
    await database.drop();
  });

  async function project(table: string, changes: Partial<ProjectionInput> = {}): Promise<Projection> {
    const relation = await describeTable(database, source, table, { idColumns: { v: ['id'] }, excludeColumns: [] });
    const defaults = { connectorId: 'shop', database: 'db', options: OPTIONS, commitTimestamps: false };
    return projectRelation({ ...defaults, relation, startedAt: '2026-01-01T00:00:00.000Z', ...changes });
  }

  async function select<Row extends Record<string, unknown>>(
    from: string,
    id: string,
    columns: string,
  ): Promise<Row[]> {
    return withTransaction(source, (tx) =>
      tx.query<Row>(`select ${columns} from ${from} as t cross join lateral (select ${id} as id offset 0) as k`),
    );
  }

  async function readDocuments(from: string, { id, document }: Projection): Promise<Document[]> {
    const rows = await select<{ document: string }>(from, id, `${document} as document`);
    return rows.map((row) => JSON.parse(row.document) as Document);
  }

  test('carry what tells them apart: id, database, schema, table, time, relation and bucket', async () => {
    const [document] = await readDocuments('public.plain_t', await project('plain_t'));
    expect(document).toEqual({
      id: 'shop:public.plain_t:1',
      database: 'db',
      schema: 'public',
      table: 'plain_t',
      _timestamp: '2026-01-01T00:00:00.000Z',
      _relation: 'shop/public.plain_t',
      _bucket: expect.any(Number) as number,
      _id_hash: expect.any(Number) as number,
      public_plain_t_id: 1,
      public_plain_t_table: 'x',
    });
    const hash = `hashtextextended('shop:public.plain_t:1', 0)`;
    const [row] = await database.sql(`select ${hash} & 1023 as bucket, ${hash} >> 32 as hash`);
    expect(document?.['_bucket']).toBe(Number(row?.['bucket']));
    expect(document?.['_id_hash']).toBe(Number(row?.['hash']));
  });

  test('in plain mode keep the columns’ names, and pgferry’s own start with _', async () => {
    const projection = await project('plain_t', { options: { ...OPTIONS, fieldNames: 'plain' } });
    const [document] = await readDocuments('public.plain_t', projection);
    expect(document).toMatchObject({ id: 1, table: 'x', _key_id: 'shop:public.plain_t:1', _table: 'plain_t' });
    expect(Object.keys(document ?? {}).sort()).toEqual(projection.fields.map(({ name }) => name).sort());
  });

  test('carry the commit time where the server tracks it', async () => {
    const projection = await project('plain_t', { commitTimestamps: true });
    const [document] = await readDocuments('public.plain_t', projection);
    const age = Date.now() - Date.parse(String(document?.['_timestamp']));
    expect(Math.abs(age)).toBeLessThan(600_000);
  });

  test('of views carry a fingerprint, which changes with the row and not with the time of the sync', async () => {
    await database.sql(
      'create table behind (like plain_t); insert into behind select * from plain_t; create view v as select * from behind',
    );
    const first = await project('v');
    const later = await project('v', { startedAt: '2027-01-01T00:00:00.000Z' });
    const [before] = await readDocuments('public.v', first);
    const [after] = await readDocuments('public.v', later);
    expect(after?.['_timestamp']).not.toBe(before?.['_timestamp']);
    expect(after?.['_fingerprint']).toBe(before?.['_fingerprint']);
    const [row] = await select('public.v', first.id, `(${first.fingerprint ?? 'null'})::float8 as fingerprint`);
    expect(row?.['fingerprint']).toBe(before?.['_fingerprint']);
    await database.sql(`update behind set "table" = 'y'`);
    const [changed] = await readDocuments('public.v', first);
    expect(changed?.['_fingerprint']).not.toBe(before?.['_fingerprint']);
  });

  test('keep columns out that the configuration excludes, also where they are the key', async () => {
    const options = { ...OPTIONS, excludeColumns: ['public.plain_t.id'] };
    const [document] = await readDocuments('public.plain_t', await project('plain_t', { options }));
    expect(document).toMatchObject({ id: 'shop:public.plain_t:1', public_plain_t_table: 'x' });
    expect(document).not.toHaveProperty('public_plain_t_id');
  });

  test('keep field names that are longer than PostgreSQL’s own names', async () => {
    const [table, name, other] = ['t'.repeat(63), 'c'.repeat(63), 'b'.repeat(63)];
    await database.sql(`create table "${table}" (id int primary key, "${name}" text, ${other} json, d text)`);
    await database.sql(`insert into "${table}" values (1, E'a\\nb', '[1]', null)`);
    const [document] = await readDocuments(`public."${table}"`, await project(`"${table}"`));
    expect(document).toMatchObject({
      [`public_${table}_id`]: 1,
      [`public_${table}_${name}`]: 'a\nb',
      [`public_${table}_${other}`]: { value: [1] },
      [`public_${table}_d`]: null,
    });
  });

  test('hold as many columns as a table can have, and Elasticsearch takes them all', async () => {
    for (const [table, width] of [
      ['wide', 4],
      [`wide_${'x'.repeat(55)}`, 4],
    ] as const) {
      const names = Array.from({ length: 1599 }, (_, number) => `c${String(number).padStart(width, '0')}`);
      await database.sql(
        `create table ${table} (id int primary key, ${names.map((name) => `${name} smallint`).join(', ')})`,
      );
      await database.sql(`insert into ${table} values (1, ${names.map((_, number) => number).join(', ')})`);
      const projection = await project(table);
      const [document] = await readDocuments(`public.${table}`, projection);
      expect(Object.keys(document ?? {})).toHaveLength(1600 + 8);
      expect(document?.[`public_${table}_c1598`]).toBe(1598);
      const { mapping } = buildMapping([projection]);
      const settings = { 'index.mapping.total_fields.limit': totalFields(mapping) };
      const mappings = { dynamic: mapping.dynamic, properties: mapping.properties as never };
      await client.indices.create({ index: `${index}-${table}`, settings, mappings });
      const created = await client.index({ index: `${index}-${table}`, document });
      expect(created.result).toBe('created');
    }
  });

  test('take names that Elasticsearch refuses under others', async () => {
    const columns = ['_id', '_source', 'a.b', '.', ' ', 'a*b', 'ünï "q"', '_primary_term'];
    await database.sql(
      `create table odd (id int primary key, ${columns.map((name) => `"${name.replaceAll('"', '""')}" int`).join(', ')})`,
    );
    await database.sql('insert into odd values (1, 1, 2, 3, 4, 5, 6, 7, 8)');
    const projection = await project('odd', {
      options: { ...OPTIONS, fieldNames: 'plain', excludeColumns: ['public.odd..'] },
    });
    const { mapping } = buildMapping([projection]);
    const mappings = { dynamic: mapping.dynamic, properties: mapping.properties as never };
    await client.indices.create({ index: `${index}-odd`, mappings });
    const [document] = await readDocuments('public.odd', projection);
    expect(document).toMatchObject({ _id_: 1, _source_: 2, a_b: 3, _: 5, 'a*b': 6, 'ünï "q"': 7, _primary_term_: 8 });
    await client.index({ index: `${index}-odd`, document, refresh: true });
    const found = await client.search({ index: `${index}-odd`, query: { term: { _id_: 1 } } });
    expect(found.hits.hits).toHaveLength(1);
    expect(projection.renamed.map((renamed) => renamed.column)).toEqual([
      '_id',
      '_source',
      'a.b',
      ' ',
      '_primary_term',
    ]);
  });

  test('tell the size of a row, and which values are too large for the document', async () => {
    await database.sql('create table big (id int primary key, a text, b bytea, c jsonb, d int)');
    await database.sql(
      `insert into big values (1, repeat('é', 1000), repeat('x', 10485761)::bytea, '{}', 1), (2, null, '\\x00', null, 1)`,
    );
    const projection = await project('big');
    const { id, size = '0', omitted = '0' } = projection;
    const rows = await select('public.big', id, `(${size})::int as size, ${omitted} as omitted`);
    expect(rows).toEqual([
      { size: expect.any(Number) as number, omitted: 1 },
      { size: 1, omitted: 0 },
    ]);
    await database.sql(`
      create domain photo as bytea;
      create type shot as (name text, photo photo, small bytea);
      create table nested (id int primary key, list bytea[], domained photo, one shot, many shot[])`);
    const large = `repeat('x', 10485761)::bytea`;
    await database.sql(`insert into nested values
      (1, array[${large}, null, '\\x00', ${large}], ${large}, ('a', ${large}, '\\x00'), array[('b', ${large}, null)::shot, null]),
      (2, array[repeat('x', 10485760)::bytea], '\\x00', ('a', null, '\\x00'), '{}'), (3, null, null, null, null)`);
    const nested = await project('nested');
    const documents = await readDocuments('public.nested', nested);
    expect(documents[0]).toMatchObject({
      public_nested_list: [null, null, 'AA==', null],
      public_nested_one: { name: 'a', photo: null, small: 'AA==' },
    });
    expect(await select('public.nested', nested.id, `${nested.omitted ?? ''} as omitted`)).toEqual([
      { omitted: 5 },
      { omitted: 0 },
      { omitted: 0 },
    ]);
    expect(
      (await project('nested', { options: { ...OPTIONS, excludeColumns: ['public.nested.list'] } })).omitted,
    ).not.toContain('"list"');
    expect(rows[0]?.['size']).toBeGreaterThanOrEqual(2000);
    expect(rows[0]?.['size']).toBeLessThan(2100);
    expect(
      (await project('plain_t', { options: { ...OPTIONS, excludeColumns: ['public.plain_t.table'] } })).size,
    ).toBeUndefined();
  });

  test('hold vectors, of which those of zeros and those in lists have no place in a dense_vector', async () => {
    // The server has no pgvector; a vector prints as JSON, so a text stands in for it.
    const vector = { kind: 'base', name: 'vector', sqlName: 'vector', modifier: 3 } as const;
    const relation = makeRelation({
      columns: [
        column('id'),
        column('v', vector),
        column('l', { kind: 'array', sqlName: 'vector[]', element: vector }),
      ],
    });
    const projection = await project('plain_t', { relation });
    const from = `(values (1, '[1,2.5,-3e-07]', array['[1,2,3]']), (2, '[0,0,-0]', null), (3, null, '{}')) as t0 (id, v, l)`;
    const documents = await readDocuments(`(select * from ${from})`, projection);
    expect(documents.map((document) => document['public_items_v'])).toEqual([[1, 2.5, -3e-7], null, null]);
    const { mapping } = buildMapping([projection]);
    const mappings = { dynamic: mapping.dynamic, properties: mapping.properties as never };
    await client.indices.create({ index: `${index}-vector`, mappings });
    for (const document of documents) await client.index({ index: `${index}-vector`, document });
  });

  test('never hold a raw newline, whatever text and json the rows hold (2,000 random ones)', async () => {
    const text = fc.string({
      unit: fc.constantFrom('\n', '\r', '\\', '"', 'u', '0', '{', '}', '\u2028', '\u0001', 'é'),
    });
    const json = fc
      .tuple(fc.json(), fc.constantFrom('\n', '\r\n', ' \r', '\t'))
      .map(([value, blank]) => `${blank}{${blank}"a"${blank}:${blank}${value}${blank},"a":[${blank}]}${blank}`);
    const relation = makeRelation({
      columns: [
        column('id'),
        column('a', 'text'),
        column('b', 'json'),
        column('c', {
          kind: 'array',
          sqlName: 'json[]',
          element: { kind: 'base', name: 'json', sqlName: 'json', modifier: -1 },
        }),
      ],
    });
    const { id, document } = await project('plain_t', { relation });
    const property = fc.asyncProperty(
      fc.array(fc.tuple(text, json), { minLength: 2000, maxLength: 2000 }),
      async (rows) => {
        const values = JSON.stringify(rows.map(([a, b], number) => ({ id: number, a, b })));
        const from = `(select r.id, r.a, r.b::json, array[r.b::json, null] as c from json_to_recordset($1::json) as r (id int, a text, b text))`;
        const query = `select ${document} as document from ${from} as t cross join lateral (select ${id} as id offset 0) as k`;
        const found = await withTransaction(source, (tx) => tx.query<{ document: string }>(query, [values]));
        expect(found.filter((row) => /[\n\r]/.test(row.document))).toEqual([]);
        expect(found.map((row) => (JSON.parse(row.document) as Document)['public_items_a'])).toEqual(
          rows.map(([a]) => a),
        );
      },
    );
    await fc.assert(property, { numRuns: 1, endOnFailure: true });
  });
});
