import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { monitoringUrl } from '../../../support/scrape';
import { untilPageSays } from '../../../support/status-article';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({
    monitoring: { address: '127.0.0.1:0', temporal_ui: 'http://temporal.test:8233' },
  });
  await followed.sql(`
    create table orders (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    create publication pgferry_test for table orders`);
});
afterAll(() => followed.close());

test('the page of each worker shows how a stream goes, whichever of them holds it', async () => {
  const { connector_id: id } = followed.connector;
  const workers = await Promise.all(['info', 'info'].map((level) => followed.startWorker('--log-level', level)));
  const urls = await Promise.all(workers.map(monitoringUrl));
  const everywhere = (...words: readonly (string | RegExp)[]) =>
    Promise.all(urls.map((url) => untilPageSays(url, id, words)));
  await everywhere('not followed yet', `The file asks for it: \`pgferry follow ${id}\``);

  await followed.run('sync');
  await followed.ask('follow');
  await followed.untilFollowing();
  await followed.sql(`update orders set state = 'updated' where id <= 10; delete from orders where id = 11`);
  await everywhere(
    'data-stream="following"',
    /<dt>lag<\/dt>\s*<dd>[\d.]+ s</u,
    /<dt>changes<\/dt>\s*<dd>11</u,
    /<dt>written<\/dt>\s*<dd>10</u,
    /<dt>deleted<\/dt>\s*<dd>1</u,
    /<dt>WAL kept<\/dt>\s*<dd>[\d.]+ (?:bytes|kB|MB)</u,
    `http://temporal.test:8233/namespaces/default/workflows/follow-${id}/`,
  );

  await followed.ask('follow', '--stop');
  const [article = ''] = await everywhere('not followed: stopped', 'The file asks for it');
  expect(article).not.toContain('<dt>lag</dt>');
});
