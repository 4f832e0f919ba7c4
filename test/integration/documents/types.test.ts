import { buildMapping, totalFields } from '../../../src/documents/index-mapping';
import { projectRelation } from '../../../src/documents/project-relation';
import type { Projection } from '../../../src/documents/projection';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { connectElasticsearch, deleteIndices, elasticsearchUrl, uniqueIndex } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';
import { TYPE_CASES, TYPE_DEFINITIONS } from './type-cases';

const TYPES = Object.keys(TYPE_CASES);
const OPTIONS = { fieldNames: 'prefixed', json: 'flattened', excludeColumns: [], mapping: {} } as const;

interface Row {
  readonly id: string;
  readonly document: string;
  readonly text: string | null;
  readonly size: number;
}

describe('values of every type, from PostgreSQL into Elasticsearch', () => {
  const client = connectElasticsearch();
  const index = uniqueIndex('documents');
  let database: TestDatabase;
  let source: Source;
  const projections = new Map<string, Projection>();

  beforeAll(async () => {
    database = await createDatabase();
    source = openTestSource(database);
    await database.sql(TYPE_DEFINITIONS);
    for (const [number, [type, cases]] of Object.entries(TYPE_CASES).entries()) {
      await database.sql(`create table t${number} (id int primary key, v ${type})`);
      for (const [id, { value }] of cases.entries())
        await database.sql(`insert into t${number} select ${id}, (${value})::${type}`);
      await database.sql(`insert into t${number} values (1000, null)`);
      const relation = await describeTable(database, source, `public.t${number}`);
      const startedAt = '2026-01-01T00:00:00.000Z';
      const input = {
        connectorId: 'types',
        relation,
        database: 'db',
        options: OPTIONS,
        commitTimestamps: true,
        startedAt,
      };
      projections.set(type, projectRelation(input));
    }
    const { mapping } = buildMapping([...projections.values()]);
    await client.indices.create({
      index,
      settings: { 'index.mapping.total_fields.limit': totalFields(mapping) },
      mappings: { dynamic: mapping.dynamic, properties: mapping.properties as never },
    });
  });

  afterAll(async () => {
    await deleteIndices(client, index);
    await closeSource(source);
    await database.drop();
  });

  test.each(TYPES)('%s: every value is indexed and comes back digit by digit', async (type) => {
    const table = `t${TYPES.indexOf(type)}`;
    const rows = await readRows(table, projectionOf(type));
    expect(rows.filter(({ document }) => /[\n\r]/.test(document))).toEqual([]);
    await indexRows(rows);
    for (const row of rows) {
      const stored = await readSource(row.id);
      expect(stored).toBe(row.document);
      expect(await fieldOf(stored, `public_${table}_v`)).toBe(await expectedJson(type, row));
    }
  });

  function projectionOf(type: string): Projection {
    const projection = projections.get(type);
    if (projection === undefined) throw new Error(`no projection for ${type}`);
    return projection;
  }

  async function readRows(table: string, { id, document, size = '0' }: Projection): Promise<Row[]> {
    return withTransaction(source, (tx) =>
      tx.query<Row & Record<string, unknown>>(
        `select k.id, ${document} as document, t.v::text as text, (${size})::int as size
         from public.${table} as t cross join lateral (select ${id} as id offset 0) as k order by t.id`,
      ),
    );
  }

  async function indexRows(rows: readonly Row[]): Promise<void> {
    const body = rows.map(({ id, document }) => `{"index":{"_id":${JSON.stringify(id)}}}\n${document}\n`).join('');
    const { items } = await client.bulk({ index, operations: body as never, refresh: false });
    const refused = items.flatMap(({ index: item }) =>
      item?.error === undefined ? [] : [item.error.caused_by ?? item.error],
    );
    expect(refused).toEqual([]);
  }

  async function readSource(id: string): Promise<string> {
    const response = await fetch(`${elasticsearchUrl()}/${index}/_source/${encodeURIComponent(id)}`);
    return response.text();
  }

  async function fieldOf(document: string, field: string): Promise<string | undefined> {
    const [row] = await database.sql('select ($1::json -> $2)::text as v', [document, field]);
    return String(row?.['v']);
  }

  async function expectedJson(type: string, { id, text }: Row): Promise<string> {
    const number = Number(id.slice(id.lastIndexOf(':') + 1));
    const json = TYPE_CASES[type]?.[number]?.json;
    if (json !== undefined) return json;
    const [row] = await database.sql(`select coalesce(to_json($1::text)::text, 'null') as v`, [text]);
    return String(row?.['v']);
  }
});
