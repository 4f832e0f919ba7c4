import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { connectElasticsearch, elasticsearchUrl } from '../../../support/elasticsearch';
import { startFaultyProxy } from '../../../support/faulty-proxy';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { startMortalPostgres } from '../../../support/mortal-postgres';
import { createDatabase } from '../../../support/postgres';
import { makeTemporaryFolder } from '../../../support/stack-process';

const TABLE = `
  create table orders (id int primary key, state text);
  insert into orders select i, 'new' from generate_series(1, 100) as i;
  create publication pgferry_test for table orders`;

const elasticsearch = connectElasticsearch();
let followed: FollowedConnector;
/** Servers of a test's own, which end after its connector. */
const servers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await followed.close();
  for (const stop of servers.splice(0)) await stop();
});
afterAll(() => elasticsearch.close());

test('Elasticsearch away for longer than a request is tried again: nothing is lost, and no sync is needed by hand', async () => {
  const proxy = await startFaultyProxy(elasticsearchUrl());
  servers.push(() => proxy.close());
  followed = await createFollowedConnector({ elasticsearch: { host: proxy.url } });
  await followed.begin(TABLE);
  proxy.fault = () => 'reset';
  await followed.sql(`update orders set state = 'while away' where id <= 50; delete from orders where id = 60`);
  await followed.untilShown('it has failed', (shown) => shown.last_failure !== undefined, 240_000);
  await followed.sql(`update orders set state = 'later' where id = 1`);
  proxy.fault = () => undefined;
  await followed.untilFound('orders', 'state', { 1: 'later', 50: 'while away', 60: undefined }, 120_000);
  await followed.untilFollowing(120_000);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 500_000);

test('an index that is deleted is named; the stream goes on with the one that the next sync makes', async () => {
  followed = await createFollowedConnector();
  await followed.begin(TABLE);
  const { index_name: name } = followed.connector;
  const found = await elasticsearch.indices.get({ index: name });
  await elasticsearch.indices.delete({ index: Object.keys(found) });
  await followed.sql(`update orders set state = 'nowhere' where id = 1`);
  const { last_failure: failure } = await followed.untilShown(
    'it has failed',
    ({ doing, last_failure: last }) => last !== undefined && doing === 'waiting for the first sync',
  );
  expect(failure).toMatch(/another index serves|is gone|deleted/);
  expect(await elasticsearch.indices.exists({ index: name })).toBe(false);
  expect((await followed.run('sync')).code).toBe(0);
  await followed.untilFollowing();
  await followed.sql(`update orders set state = 'anew' where id = 1`);
  await followed.untilFound('orders', 'state', { 1: 'anew', 2: 'new' });
}, 200_000);

test('an index without an alias that is deleted is not followed into one that a bulk request made', async () => {
  followed = await createFollowedConnector();
  const { index_name: index } = followed.connector;
  await elasticsearch.indices.create({ index });
  await followed.begin(TABLE);
  await elasticsearch.indices.delete({ index });
  await followed.sql(`update orders set state = 'nowhere' where id = 1`);
  const { last_failure: failure } = await followed.untilShown(
    'it has failed',
    (shown) => shown.last_failure !== undefined,
  );
  process.stderr.write(`follow: ${failure ?? ''}\n`);
  expect(failure).toContain(index);
}, 200_000);

test.each([
  [{ wal_level: 'replica' }, /wal_level of PostgreSQL is replica.*alter system set wal_level = logical/],
  [{ max_replication_slots: '1' }, /All that max_replication_slots allows \(1\) are in use/],
])(
  'a server with %j: check and the stream say what is missing, schedules go on',
  async (settings, words) => {
    const folder = await makeTemporaryFolder();
    const server = await startMortalPostgres(join(folder, 'data'), settings);
    servers.push(
      () => server.stop(),
      () => rm(folder, { recursive: true }),
    );
    const database = await createDatabase(server.url);
    followed = await createFollowedConnector({ database });
    await followed.sql(TABLE);
    if (!('wal_level' in settings))
      await followed.sql(`select pg_create_logical_replication_slot('of_others', 'pgoutput')`);
    await followed.startWorker();
    const checked = await followed.ask('check', '--json');
    expect(checked.stdout.replaceAll('\\n', ' ')).toMatch(words);
    expect((await followed.run('sync')).code).toBe(0);
    await followed.run('follow');
    const { last_failure: failure } = await followed.untilShown('it has ended', ({ status }) => status === 'failed');
    expect(failure).toMatch(words);
    expect((await followed.run('sync')).code).toBe(0);
    if (!('wal_level' in settings)) await followed.sql(`select pg_drop_replication_slot('of_others')`);
  },
  120_000,
);
