import { countDifferences } from '../../../src/verify/verification';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

let database: TestDatabase;
let syncs: Syncs;
let connector: HookedConnector;

beforeAll(async () => {
  database = await createDatabase();
  syncs = await startSyncs();
});
afterAll(async () => {
  await syncs.stop();
  await database.drop();
});

beforeEach(async () => {
  await database.sql('drop table if exists t; create table t (id int primary key, v text)');
  await database.sql(`insert into t select i, 'v' || i from generate_series(1, 100) as i`);
  connector = syncs.connect(database.url);
  await connector.sync();
  // Nothing else stands between a look and its answer: without the change below it would be the whole sync.
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, unchanged: 100 });
});

const idOf = (key: number) => `${connector.id}:public.t:${key}`;

/** Nothing but this happens since the last sync, so that the look alone decides. */
const CHANGES: Readonly<Record<string, () => Promise<unknown>>> = {
  'a row was updated': () => database.sql(`update t set v = 'new' where id = 7`),
  'a row was deleted': () => database.sql('delete from t where id = 7'),
  'a row was deleted and another one inserted': () =>
    database.sql(`delete from t where id = 7; insert into t values (101, 'new')`),
  'a document was deleted by somebody else': () =>
    connector.elasticsearch.delete({ index: connector.index, id: idOf(7), refresh: true }),
  'a document lost the field that says whose it is': async () => {
    const document = { index: connector.index, id: idOf(7) };
    const { _source: source = {} } = await connector.elasticsearch.get<Record<string, unknown>>(document);
    const others = Object.fromEntries(Object.entries(source).filter(([name]) => name !== '_relation'));
    await connector.elasticsearch.index({ ...document, document: others, refresh: true });
  },
};

test.each(Object.entries(CHANGES))('an incremental sync is in step after %s', async (_, change) => {
  await change();
  await connector.sync('incremental');
  expect(countDifferences(await connector.verify())).toBe(0);
});
