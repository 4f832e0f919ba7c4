import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({
    source: { tables: ['orders', 'totals', 'places', 'parent', 'deeper', 'shops'] },
    connector: {
      documents: {
        field_names: 'plain',
        id_columns: { totals: ['id'], deeper: ['id'] },
        nested: {
          shops: { visits: { table: 'visits', by: { shop: 'id' }, list: false, rollups: { visit_count: 'count' } } },
        },
      },
      continuous: { min_interval: '2s' },
    },
  });
  await followed.begin(`
    create table customers (id int primary key, name text);
    create table orders (id int primary key, customer int, state text);
    create table parent (id int primary key, text text);
    create table child (primary key (id)) inherits (parent);
    create table countries (id int primary key, name text);
    create table places (id int primary key, day date);
    create view totals as select c.id, c.name, count(o.id)::int as n
      from customers as c left join orders as o on o.customer = c.id group by c.id, c.name;
    create view deeper as select t.id, t.n, (select max(name) from countries) as country from totals as t;
    create table shops (id int primary key);
    create table visits (id int primary key, shop int);
    create index on visits (shop);
    insert into shops values (1);
    insert into customers values (1, 'Ada'), (2, 'Bob');
    insert into orders values (1, 1, 'new'), (2, 1, 'new'), (3, 2, 'new');
    insert into parent values (1, 'one');
    insert into child values (2, 'two');
    insert into countries values (1, 'Norway');
    create publication pgferry_test for table customers, orders, parent, child, places, shops, visits`);
}, 120_000);
afterAll(() => followed.close());

test('views, nested documents and tables that others inherit from follow the tables that they read', async () => {
  const { left = [], read_again: readAgain = [] } = await followed.shown();
  expect(left).toEqual([]);
  expect(Object.fromEntries(readAgain.map(({ relation, tables, unheard }) => [relation, { tables, unheard }]))).toEqual(
    {
      'public.deeper': { tables: ['public.customers', 'public.orders'], unheard: ['public.countries'] },
      'public.parent': { tables: ['public.parent'], unheard: [] },
      'public.shops': { tables: ['public.shops', 'public.visits'], unheard: [] },
      'public.totals': { tables: ['public.customers', 'public.orders'], unheard: [] },
    },
  );
  const took: number[] = [];
  await followed.sql(`insert into orders values (4, 2, 'new')`);
  took.push(await followed.untilFound('totals', 'n', { 1: 2, 2: 2 }));
  await followed.untilFound('deeper', 'n', { 1: 2, 2: 2 });
  await followed.sql(`update child set text = 'changed' where id = 2`);
  took.push(await followed.untilFound('parent', 'text', { 1: 'one', 2: 'changed' }));
  await followed.sql('insert into visits values (1, 1)');
  took.push(await followed.untilFound('shops', 'visit_count', { 1: 1 }));
  await followed.sql('delete from customers where id = 2');
  took.push(await followed.untilFound('totals', 'n', { 1: 2, 2: undefined }));
  await followed.sql('truncate orders');
  took.push(await followed.untilFound('totals', 'n', { 1: 0 }));
  process.stderr.write(`follow: read again after ${took.map((ms) => Math.round(ms)).join(', ')} ms\n`);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 120_000);

test('many changes lead to few syncs, and the last of them is not missed', async () => {
  await followed.untilFollowing();
  const { rereads: before = 0 } = await followed.shown();
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < 6_000) {
    count += 1;
    await followed.sql(`insert into orders values (${1000 + count}, 1, 'new')`);
  }
  await followed.untilFound('totals', 'n', { 1: count });
  const { rereads = 0 } = await followed.untilShown(
    'all is read',
    ({ due, rereads: now = 0 }) => due?.length === 0 && now > before,
  );
  process.stderr.write(`follow: ${count} changes, ${rereads - before} syncs\n`);
  expect(rereads - before).toBeLessThanOrEqual(5);
}, 60_000);

test('a view that is defined anew is followed by what it reads then', async () => {
  const untilReads = (table: string) =>
    followed.untilShown(
      `it reads ${table}`,
      ({ read_again: readAgain = [] }) =>
        readAgain.some(({ relation, tables }) => relation === 'public.totals' && tables.join() === table),
      150_000,
    );
  await followed.sql(`create or replace view totals as select id, 'visits'::text as name, shop as n from visits`);
  await untilReads('public.visits');
  await followed.untilFollowing();
  await followed.sql('insert into visits values (9, 7)');
  await followed.untilFound('totals', 'n', { 9: 7 });

  await followed.sql(`create or replace view totals as select id, name, 7 as n from countries`);
  await followed.sql('alter publication pgferry_test add table countries');
  await untilReads('public.countries');
  await followed.untilFollowing();
  await followed.sql(`insert into countries values (9, 'Sweden')`);
  await followed.untilFound('totals', 'name', { 1: 'Norway', 9: 'Sweden' });
}, 400_000);
