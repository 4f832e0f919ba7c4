import { readJson } from '../support/command-line';
import { createFollowedConnector, type FollowedConnector } from '../support/followed-connector';
import { monitoringUrl, scrape } from '../support/scrape';
import { untilPageSays } from '../support/status-article';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({
    monitoring: { address: '127.0.0.1:0' },
    source: { tables: 'orders, states' },
    connector: {
      documents: { field_names: 'plain', id_columns: { states: ['state'] } },
      continuous: { min_interval: '1s' },
    },
  });
  await followed.sql(`
    create table orders (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    create view states as select state, count(*)::int as rows from orders group by state;
    create publication pgferry_test for table orders`);
});
afterAll(() => followed.close());

async function apply(...options: readonly string[]) {
  const applied = readJson<{ streams: { action: string; id: string }[] }>(
    await followed.ask('schedule', 'apply', '--json', ...options),
  );
  return applied.streams.map(({ action }) => action);
}

test('schedule apply starts and stops what the file says; changes are found, metrics and page tell of them', async () => {
  const worker = await followed.startWorker('--log-level', 'info');
  const url = await monitoringUrl(worker);
  const pageSays = (...words: readonly (string | RegExp)[]) =>
    untilPageSays(url, followed.connector.connector_id, words);
  await pageSays('not followed yet', 'The file asks for it');
  expect((await followed.run('sync')).code).toBe(0);
  expect(await apply('--dry-run')).toEqual(['start']);
  expect(await apply()).toEqual(['start']);
  await followed.untilFollowing();
  expect(await apply()).toEqual(['unchanged']);

  await followed.sql(`update orders set state = 'updated' where id <= 10; delete from orders where id = 11`);
  const took = await followed.untilFound('orders', 'state', { 1: 'updated', 10: 'updated', 11: undefined });
  process.stderr.write(`follow: found after ${Math.round(took)} ms\n`);
  // A view is read again since a table changed that it reads.
  await followed.untilFound('states', 'rows', { new: 89, updated: 10 });
  await pageSays('read again by a sync: public.states, when public.orders changes');
  const series = await scrape(url);
  const read = (name: string, labels = '') =>
    series.get(`${name}{connector="${followed.connector.connector_id}"${labels}}`);
  expect(read('pgferry_stream_up')).toBe(1);
  expect(read('pgferry_stream_changes_total')).toBe(11);
  expect(read('pgferry_stream_gaps_total', ',reason="the stream began"')).toBe(1);
  expect(read('pgferry_stream_delay_seconds_count')).toBeGreaterThanOrEqual(1);
  await pageSays('data-stream="following"', /<dt>lag<\/dt>\s*<dd>[\d.]+ s</u, /<dt>changes<\/dt>\s*<dd>11</u);
  // It is there while `sync` and `verify` work as ever.
  expect((await followed.run('verify')).code).toBe(0);

  await followed.reconfigure({ continuous: undefined });
  await followed.startWorker();
  expect(await apply()).toEqual(['stop']);
  expect(await apply()).toEqual([]);
  expect(await followed.countSlots()).toBe(0);
}, 120_000);
