import { countDifferences } from '../../../src/verify/verification';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

let database: TestDatabase;
let syncs: Syncs;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
});

afterAll(() => syncs.stop());

beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create table parent (id int primary key);
    create table child (id int primary key, parent_id int references parent on delete cascade, note text);
    create index on child (parent_id);
    create table other (id int primary key);
    insert into parent select generate_series(1, 20);
    insert into child select n, 1 + n % 20, 'note ' || n from generate_series(1, 100) as n;
    insert into other select generate_series(1, 3)`);
  connector = syncs.connect(database.url);
  const branch = { table: 'child', excludeColumns: [], rename: {}, maxRows: 10_000, rollups: {}, list: true, with: {} };
  connector.configure({
    selection: { schemas: ['public'], tables: ['parent', 'other'] },
    documents: {
      fieldNames: 'plain',
      json: 'flattened',
      excludeColumns: [],
      mapping: {},
      idColumns: {},
      rowSecurity: 'refused',
      nested: { parent: { children: branch } },
    },
  });
});

afterEach(() => database.drop());

/** Between the plan of the next sync and its first reading. */
function changeBeforeReading(change: string): void {
  let changed: Promise<unknown> | undefined;
  const copyPartitions = async () => {
    await (changed ??= database.sql(change));
  };
  connector.hook({ before: { copyPartitions } });
}

test.each([
  ['a child is inserted', `insert into child values (1001, 1, 'new')`],
  ['a child is deleted', `delete from child where id = 5`],
  ['a child moves to another parent', `update child set parent_id = 3 where id = 7`],
  ['all children are deleted', `truncate child`],
  ['a parent is deleted with its children', `delete from parent where id = 4`],
  ['a column of the child is added', `alter table child add column color text default 'red'`],
])('while %s before rows are read, documents are as the tables say afterwards', async (_, change) => {
  changeBeforeReading(change);
  await connector.sync();
  connector.hook({});
  await connector.sync('incremental');
  expect(countDifferences(await connector.verify())).toBe(0);
});

test.each([
  ['dropped', `drop table child`, /there is no table "child"/],
  ['renamed', `alter table child rename to kid`, /there is no table "child"/],
  ['without the column of the key', `alter table child drop column parent_id`, /no foreign key between public.child/],
])('a child that is %s under way is told, documents stay, and other relations go on', async (_, change, message) => {
  await connector.sync();
  await database.sql(`insert into other values (4)`);
  changeBeforeReading(change);
  await expect(connector.sync()).rejects.toThrow(message);
  await connector.elasticsearch.indices.refresh({ index: connector.index });
  expect((await connector.elasticsearch.count({ index: connector.index })).count).toBe(24);
});

test('a foreign key that is added makes its branch ambiguous, and is told before anything is written', async () => {
  await connector.sync();
  await database.sql(`alter table child add column second_id int references parent`);
  expect(await connector.check()).toMatchObject([
    { type: 'InvalidConfig', remedy: 'Write one of: by: { parent_id: id }; by: { second_id: id }' },
  ]);
  await expect(connector.sync('incremental')).rejects.toThrow(/2 foreign keys lead from public.parent to public.child/);
});
