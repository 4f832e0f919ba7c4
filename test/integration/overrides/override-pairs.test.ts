import { listPossibleTypes } from '../../../src/documents/overrides/render-override';
import { projectRelation } from '../../../src/documents/project-relation';
import type { Projection } from '../../../src/documents/projection';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { connectorEntry } from '../../support/configuration-file';
import { connectElasticsearch } from '../../support/elasticsearch';
import { LACKING_FIELD_TYPES } from '../../support/lacking-field-types';
import { OVERRIDE_SOURCES } from '../../support/override-sources';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';
import { DOCUMENTED_FORMS } from './documented-forms';
import { EXAMPLE_TYPES, findExample } from './override-examples';
import { mappingOf, searchFor } from './override-queries';

/** Columns of a table: more values than some hundred don't fit a page of PostgreSQL's. */
const COLUMNS = 150;

const client = connectElasticsearch();
let database: TestDatabase;
let harness: SyncHarness;

const PAIRS = OVERRIDE_SOURCES.flatMap((source) =>
  listPossibleTypes(source.type).map((fieldType) => ({ source, fieldType, ...findExample(source, fieldType) })),
).map((pair, number) => ({ ...pair, table: `t${Math.floor(number / COLUMNS)}`, column: `c${number}` }));

const [RUN, NOT_RUN] = [
  PAIRS.filter(({ fieldType }) => !LACKING_FIELD_TYPES.has(fieldType)),
  PAIRS.filter(({ fieldType }) => LACKING_FIELD_TYPES.has(fieldType)),
];

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
  await database.sql(`${EXAMPLE_TYPES()}; create schema described`);
  for (const table of new Set(PAIRS.map((pair) => pair.table))) {
    const columns = PAIRS.filter((pair) => pair.table === table);
    const definitions = columns.map(({ column, sql }) => `${column} ${sql}`);
    await database.sql(`create table ${table} (id int primary key, ${definitions.join(', ')})`);
    await database.sql(`insert into ${table} values (1, ${columns.map(({ value }) => value).join(', ')})`);
    await database.sql(`insert into ${table} values (2)`);
  }
});

afterAll(async () => {
  await harness.stop();
  await client.close();
  await database.drop();
});

test(`${RUN.length} pairs of type and mapping: each row is found by a search of the field`, async () => {
  const entry = connectorEntry(database, { tables: '*' }, { documents: overriding(RUN) });
  const report = await harness.sync(entry);
  expect(await harness.deadLetters(entry)).toEqual([]);
  expect(report).toMatchObject({ rejected: 0 });
  const index = entry.index_name;
  await client.indices.refresh({ index });
  const { responses } = await client.msearch({
    index,
    searches: RUN.flatMap(({ table, column, fieldType, find }) => [
      {},
      { _source: false, ...searchFor(`public_${table}_${column}`, fieldType, find) },
    ]),
  });
  const missed = RUN.flatMap(({ source, fieldType, table }, number) => {
    const answer = JSON.stringify(responses[number]);
    const found = answer.match(/"_id":"[^"]*"/gu) ?? [];
    if (found.length === 1 && found[0].endsWith(`public.${table}:1"`)) return [];
    return [`${source.sql} as ${fieldType}: ${answer.slice(0, 500)}`];
  });
  expect(missed).toEqual([]);
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });
});

test(`${NOT_RUN.length} pairs whose types are not run here: documents have the forms of Elastic's reference`, async () => {
  const source = openTestSource(database);
  const wrong: string[] = [];
  try {
    for (const table of new Set(NOT_RUN.map((pair) => pair.table))) {
      const options = { fieldNames: 'plain', json: 'flattened', ...overriding(NOT_RUN) } as const;
      const projected = projectRelation({
        connectorId: 'pairs',
        relation: await describeTable(database, source, `public.${table}`),
        database: 'db',
        options: { ...options, excludeColumns: options.exclude_columns },
        commitTimestamps: false,
        startedAt: '2026-01-01T00:00:00.000Z',
      });
      const [full, empty] = await readDocuments(source, table, projected);
      for (const {
        fieldType,
        column,
        source: { sql },
      } of NOT_RUN.filter((pair) => pair.table === table)) {
        const [value, none] = [full?.[column], empty?.[column]];
        const isRight = DOCUMENTED_FORMS[fieldType]?.(value) === true && (none === null || isEmptyList(none));
        if (!isRight) wrong.push(`${sql} as ${fieldType}: ${JSON.stringify([value, none])}`);
      }
    }
  } finally {
    await closeSource(source);
  }
  expect(wrong).toEqual([]);
});

test('types of columns are described as in the table of the documentation', async () => {
  const source = openTestSource(database);
  try {
    for (const [number, { sql, type }] of OVERRIDE_SOURCES.entries()) {
      await database.sql(`create table described.s${number} (id int primary key, v ${sql})`);
      const { columns } = await describeTable(database, source, `described.s${number}`);
      const described = columns.find(({ name }) => name === 'v')?.type;
      expect([sql, described && listPossibleTypes(described)]).toEqual([sql, listPossibleTypes(type)]);
    }
  } finally {
    await closeSource(source);
  }
});

/** Options that give pairs their mapping, and leave out the columns of all others. */
function overriding(pairs: typeof PAIRS) {
  const chosen = new Set(pairs);
  const name = ({ table, column }: (typeof PAIRS)[number]) => `public.${table}.${column}`;
  return {
    mapping: Object.fromEntries(pairs.map((pair) => [name(pair), mappingOf(pair.fieldType, pair.source.sql)])),
    exclude_columns: PAIRS.filter((pair) => !chosen.has(pair)).map(name),
  };
}

async function readDocuments(source: Source, table: string, { id, document }: Projection) {
  const rows = await withTransaction(source, (tx) =>
    tx.query<{ document: string }>(
      `select ${document} as document
       from public.${table} as t cross join lateral (select ${id} as id offset 0) as k order by t.id`,
    ),
  );
  return rows.map((row) => JSON.parse(row.document) as Readonly<Record<string, unknown>>);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
