import { isDeepStrictEqual } from 'node:util';

import { loadSampleData } from '../../src/stack/sample-data/load-sample-data';
import { readJson, runCommand, type RunningCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { countDocuments, readDocuments, type StoredDocument } from '../support/read-documents';
import { story } from '../support/story';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

type Row = Readonly<Record<string, unknown>>;

/** Every column of each table as the text that PostgreSQL prints, lists and JSON apart. */
const TABLES = {
  employee: 'emp_id::text, name, age::text',
  customer: 'c_id::text, name, age::text',
  country: `code, code3, name, official_name, native_names, names, capital, region, subregion, languages, currencies,
    latitude::text, longitude::text, location::text, area::text, landlocked, un_member, borders, flag`,
  city: `id::text, name, names, country_code, admin_code, feature_code, population::text, latitude::text,
    longitude::text, location::text`,
} as const;
type Table = keyof typeof TABLES;
const KEYS: Readonly<Record<Table, string>> = { employee: 'emp_id', customer: 'c_id', country: 'code', city: 'id' };

/** What the document of a row must hold, but for `_bucket` and `_id_hash`, which are pgferry's own business. */
function expectedDocument(
  table: Table,
  key: string,
  row: Row,
  { name, connector, committed }: Setting,
): StoredDocument {
  const _id = `${connector.connector_id}:public.${table}:${key}`;
  const columns = Object.entries(row).map(([column, value]) => [`public_${table}_${column}`, value] as const);
  const added = {
    id: _id,
    database: name,
    schema: 'public',
    table,
    _relation: `${connector.connector_id}/public.${table}`,
    _timestamp: committed,
  };
  return { _id, _source: { ...added, ...Object.fromEntries(columns) } };
}

function withoutHashes(source: StoredDocument['_source']): StoredDocument['_source'] {
  const { _bucket: bucket, _id_hash: idHash, ...fields } = source;
  if (!/^\d{1,4}$/.test(String(bucket)) || Number(bucket) > 1_023) throw new Error(`_bucket is ${String(bucket)}`);
  if (!/^-?\d{1,10}$/.test(String(idHash))) throw new Error(`_id_hash is ${String(idHash)}`);
  return fields;
}

interface Setting {
  readonly name: string;
  readonly connector: ConnectorEntry;
  /** When the sample data were committed, as a document says it. */
  readonly committed: string;
}

interface Report {
  readonly status: string;
  readonly indexed: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly rejected: number;
  readonly relations: readonly { readonly relation: string; readonly read: number; readonly indexed: number }[];
}

let database: TestDatabase;
let setting: Setting;
let file: string;
let worker: RunningCommand;
let first: Report;
const index = () => setting.connector.index_name;

beforeAll(async () => {
  database = await createDatabase();
  await loadSampleData(database.url);
  const [row] = await database.sql(
    `select (to_json(pg_xact_commit_timestamp(xmin) at time zone 'UTC') #>> '{}') || '+00:00' as committed
     from employee limit 1`,
  );
  setting = { name: database.name, connector: connectorEntry(database), committed: String(row?.['committed']) };
  file = writeConfiguration({ connectors: [setting.connector] });
  worker = await startWorkerProcess(file);
  first = readJson<Report>(await runCommand(['sync', '--json', '-c', file]));
});

afterAll(async () => {
  await stopCommand(worker);
  const client = connectElasticsearch();
  await deleteIndices(client, index());
  await client.close();
  await database.drop();
});

async function expectEqualDocuments(table: Table): Promise<void> {
  const rows = (await database.sql(
    `select ${KEYS[table]}::text as "%key", ${TABLES[table]} from public.${table}`,
  )) as readonly Row[];
  const expected = new Map(
    rows.map(({ '%key': key, ...row }) => [String(key), expectedDocument(table, String(key), row, setting)]),
  );
  const prefix = `${setting.connector.connector_id}:public.${table}:`;
  for await (const { _id, _source } of readDocuments(index(), { term: { table } })) {
    const key = _id.slice(prefix.length);
    const wanted = expected.get(key);
    const found = { _id, _source: withoutHashes(_source) };
    expected.delete(key);
    // Jest's own comparison takes minutes for all of them: it is left to tell what is wrong with the first.
    if (!isDeepStrictEqual(found, wanted)) expect(found).toEqual(wanted);
  }
  expect([...expected.keys()]).toEqual([]);
}

story('a full sync of the world’s cities and countries', {
  'reports as many documents per table as Elasticsearch counts': async () => {
    const rows = { employee: 3, customer: 3, country: 250, city: 135_233 };
    expect(first).toMatchObject({ status: 'completed', unchanged: 0, deleted: 0, rejected: 0 });
    const counted = await Promise.all(
      Object.keys(rows).map(async (table) => [table, await countDocuments(index(), { term: { table } })] as const),
    );
    expect(Object.fromEntries(counted)).toEqual(rows);
    const reported = first.relations.map(
      ({ relation, indexed }) => [relation.replace('public.', ''), indexed] as const,
    );
    expect(Object.fromEntries(reported)).toEqual(rows);
    expect(first.indexed).toBe(await countDocuments(index()));
  },

  'makes one document of each row, equal to it': async () => {
    for (const table of Object.keys(TABLES) as Table[]) await expectEqualDocuments(table);
  },

  'finds a city by its name in its own script and another alphabet': async () => {
    expect(await countDocuments(index(), { match_phrase: { public_city_names: '東京' } })).toBeGreaterThan(0);
  },

  'writes nothing when it runs again over unchanged rows': async () => {
    const before = await indexingTotal(index());
    const second = readJson(await runCommand(['sync', '--json', '-c', file]));
    expect(second).toMatchObject({
      status: 'completed',
      indexed: 0,
      unchanged: first.indexed,
      deleted: 0,
      rejected: 0,
    });
    expect(await indexingTotal(index())).toEqual(before);
  },

  'writes what changed and deletes what is gone, and no more, when it runs incrementally': async () => {
    const before = await indexingTotal(index());
    const keys = (await database.sql('select id from city order by id limit 15')).map(({ id }) => Number(id));
    await database.sql('update city set population = population + 1 where id = any ($1)', [keys.slice(0, 10)]);
    await database.sql('delete from city where id = any ($1)', [keys.slice(10)]);
    await database.sql(`insert into city
      select (jsonb_populate_record(c, jsonb_build_object('id', c.id + 1000000000))).* from city as c order by c.id limit 5`);
    const report = readJson(await runCommand(['sync', '--incremental', '--json', '-c', file]));
    expect(report).toMatchObject({ status: 'completed', indexed: 15, deleted: 5, rejected: 0 });
    const after = await indexingTotal(index());
    expect({ indexed: after.indexed - before.indexed, deleted: after.deleted - before.deleted }).toEqual({
      indexed: 15,
      deleted: 5,
    });
  },
});

/** Documents that the index has written and deleted in all its life. */
async function indexingTotal(index: string): Promise<{ indexed: number; deleted: number }> {
  const client = connectElasticsearch();
  const { _all: all } = await client.indices.stats({ index, metric: 'indexing' });
  await client.close();
  const { index_total: indexed = 0, delete_total: deleted = 0 } = all.primaries?.indexing ?? {};
  return { indexed, deleted };
}
