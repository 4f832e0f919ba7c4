import type { Client } from '@elastic/elasticsearch';

import { expectInStep, readDocuments } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;
let elasticsearch: Client;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`create table t (id int primary key, v text);
    insert into t select i, 'v' from generate_series(1, 100) as i;
    create table u (like t including all); insert into u select * from t`);
  connector = syncs.connect(database.url);
  elasticsearch = connector.elasticsearch;
  await connector.sync();
});
afterEach(async () => {
  await database.drop();
});
afterAll(async () => {
  await syncs.stop();
});

/** Version of every document, by id. */
async function versions(of = connector, relation = 'public.t'): Promise<Record<string, number>> {
  return Object.fromEntries((await readDocuments(of, relation)).map(({ id, version }) => [id, version]));
}

describe('a full sync puts right what somebody else did to the index', () => {
  const idOf = (key: number) => `${connector.id}:public.t:${key}`;

  test('it writes documents again that were deleted, and no others', async () => {
    const before = await versions();
    for (const key of [1, 50, 100]) await elasticsearch.delete({ index: connector.index, id: idOf(key) });
    expect(await connector.sync()).toMatchObject({ indexed: 3, unchanged: 197, deleted: 0 });
    await expectInStep(connector, database.sql);
    const after = await versions();
    const written = Object.keys(after).filter((id) => after[id] !== before[id]);
    expect(written.sort()).toEqual([idOf(1), idOf(50), idOf(100)].sort());
  });

  test.each([
    ['that look like its own', { _bucket: 5 }],
    ['that lack a field of its own', {}],
    ['whose field of its own is out of range', { _bucket: 70_000 }],
  ])('it deletes documents with an id of its own %s, and no others', async (_, fields) => {
    const before = await versions();
    const document = { _relation: `${connector.id}/public.t`, public_t_id: 7, ...fields };
    for (const id of ['x', `${connector.id}:public.t:1000`]) {
      await elasticsearch.index({ index: connector.index, id, document });
    }
    expect(await connector.sync()).toMatchObject({ indexed: 0, unchanged: 200, deleted: 1 });
    expect(await versions()).toEqual({ ...before, x: expect.any(Number) as number });
  });

  test('it compares ids only where rows and documents are not the same', async () => {
    let comparisons = 0;
    connector.hook({
      before: {
        compareIds: () => {
          comparisons += 1;
          return Promise.resolve();
        },
      },
    });
    expect(await connector.sync()).toMatchObject({ indexed: 0, unchanged: 200, deleted: 0 });
    expect(comparisons).toBe(0);
    await elasticsearch.delete({ index: connector.index, id: idOf(1) });
    expect(await connector.sync()).toMatchObject({ indexed: 1, unchanged: 199, deleted: 0 });
    expect(comparisons).toBe(1);
  });

  test('it does both at once, where the counts alone would not tell', async () => {
    await elasticsearch.delete({ index: connector.index, id: idOf(1) });
    await elasticsearch.index({
      index: connector.index,
      id: idOf(1_000),
      document: { _relation: `${connector.id}/public.t`, _bucket: 5 },
    });
    expect(await connector.sync()).toMatchObject({ indexed: 1, unchanged: 199, deleted: 1 });
    await expectInStep(connector, database.sql);
  });
});

describe('an index that a connector shares', () => {
  /** Its id begins with that of the first, and its tables have the same names. */
  let neighbour: HookedConnector;
  let otherDatabase: TestDatabase;

  beforeEach(async () => {
    otherDatabase = await createDatabase();
    await otherDatabase.sql(`create table t (id int primary key, v text);
      insert into t select i, 'neighbour' from generate_series(1, 10) as i`);
    neighbour = syncs.connect(otherDatabase.url, { id: `${connector.id}-2`, index: connector.index });
    await neighbour.sync();
    await elasticsearch.index({ index: connector.index, id: 'by hand', document: { title: 'of nobody’s relation' } });
  });
  afterEach(async () => {
    await otherDatabase.drop();
  });

  test('keeps the documents of other connectors and of other writers, whatever its own syncs delete', async () => {
    const before = await versions(neighbour);
    await database.sql(`delete from t where id > 5; update t set v = 'new'; truncate u`);
    await connector.sync('incremental');
    await connector.sync('full');
    connector.configure({ selection: { schemas: ['public'], tables: ['u'] } });
    expect(await connector.sync()).toMatchObject({ deleted: 5 });
    expect(await versions()).toEqual({});
    expect(await versions(neighbour)).toEqual(before);
    await expectInStep(neighbour, otherDatabase.sql);
    expect(await elasticsearch.exists({ index: connector.index, id: 'by hand' })).toBe(true);
    expect(await neighbour.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0 });
  });
});
