import { countDifferences } from '../../../src/verify/verification';
import { runSql } from '../../support/mortal-postgres';
import { createDatabase, postgresUrl, type TestDatabase } from '../../support/postgres';
import { startSyncs, type Syncs } from '../../support/start-syncs';

let syncs: Syncs;

beforeAll(async () => {
  syncs = await startSyncs();
});
afterAll(() => syncs.stop());

test('An index that allows ten hits a page is synced, compared and verified', async () => {
  const database = await createDatabase();
  await database.sql(
    'create table t (id integer primary key, v integer); insert into t select n, n from generate_series(1, 200) as n',
  );
  const connector = syncs.connect(database.url, { documents: BYTE });
  await connector.sync();
  await connector.elasticsearch.indices.putSettings({
    index: [connector.index, `${connector.index}-rejected`],
    settings: { 'index.max_result_window': 10 },
  });
  await database.sql('delete from t where id <= 5; update t set v = 1 where id > 190');
  expect(await connector.sync('full')).toMatchObject({ indexed: 10, deleted: 5, rejected: 63 });
  const verification = await connector.verify();
  expect(verification.rejections).toHaveLength(63);
  expect(countDifferences(verification)).toBe(0);
  await database.drop();
});

test('Rows that would add fields beyond the limit of the index are rejected with the limit and what to do', async () => {
  const database = await createDatabase();
  await database.sql(`create table t (id integer primary key, doc jsonb);
    insert into t select id, jsonb_object_agg(id || '_' || n, n)
    from generate_series(1, 3) as id, generate_series(1, 600) as n group by id`);
  const connector = syncs.connect(database.url, { documents: { ...BYTE, mapping: {}, json: 'object' } });
  expect(await connector.sync()).toMatchObject({ indexed: 1, rejected: 2 });
  const { rejections } = await connector.verify();
  const reasons = new Set(rejections.map(({ reason }) => reason.replace(/\d+ bytes/u, 'N bytes')));
  expect([...reasons]).toEqual([
    'Elasticsearch refused the document of N bytes: document_parsing_exception (illegal_argument_exception): Limit of ' +
      'total fields [1000] has been exceeded; raise index.mapping.total_fields.limit, or let such JSON be one field: ' +
      '`documents.json: flattened`.',
  ]);
  await database.drop();
});

/** A byte of Elasticsearch's takes -128 to 127. */
const BYTE = {
  fieldNames: 'prefixed',
  json: 'flattened',
  excludeColumns: [],
  mapping: { 'public.t.v': { type: 'byte' } },
  idColumns: {},
  rowSecurity: 'refused',
} as const;

describe('A character that the encoding of the database lacks', () => {
  let database: Pick<TestDatabase, 'url'> & { readonly name: string };

  beforeAll(async () => {
    const name = `latin_${process.pid}`;
    await runSql(
      postgresUrl(),
      `create database ${name} template template0 encoding 'LATIN1' locale_provider libc locale 'C'`,
    );
    database = { name, url: postgresUrl(name) };
    await runSql(database.url, `create table t (id integer primary key, v text); insert into t values (1, 'é')`);
  });
  afterAll(() => runSql(postgresUrl(), `drop database ${database.name} with (force)`));

  test('is told in a basic rule, an advanced rule and a name, with what to do', async () => {
    const rules = [
      {
        rules: {
          basic: [{ policy: 'include', field: 'public_t_v', rule: 'equals', value: '→', order: 0 }],
          advanced: [],
        },
      },
      {
        rules: { basic: [], advanced: [{ tables: ['t'], query: `select * from t where v = '→'`, idColumns: ['id'] }] },
      },
      { selection: { schemas: ['public'], tables: ['t→'] } },
    ];
    for (const rule of rules) {
      const connector = syncs.connect(database.url, rule as never);
      const [problem, ...others] = await connector.check();
      expect(others).toEqual([]);
      expect(problem?.remedy).toMatch(/characters that the database's encoding has|^Correct `tables`/u);
      await expect(connector.sync()).rejects.toMatchObject({ type: problem?.type });
    }
    expect(await syncs.connect(database.url).sync()).toMatchObject({ indexed: 1 });
  });
});
