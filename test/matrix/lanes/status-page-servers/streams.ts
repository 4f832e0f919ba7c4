import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { monitoringUrl } from '../../../support/scrape';
import { untilPageSays } from '../../../support/status-article';

const followed: FollowedConnector[] = [];
afterAll(() => Promise.all(followed.map((one) => one.close())));

/** A connector that was synced and is to be followed by a worker; its database has no publication. */
async function begin(continuous: Readonly<Record<string, unknown>>) {
  const connector = await createFollowedConnector({
    monitoring: { address: '127.0.0.1:0' },
    connector: { continuous },
  });
  followed.push(connector);
  await connector.sql(`create table orders (id int primary key); insert into orders values (1)`);
  const worker = await connector.startWorker('--log-level', 'info');
  expect((await connector.run('sync')).code).toBe(0);
  await connector.ask('follow');
  return { connector, id: connector.connector.connector_id, url: await monitoringUrl(worker) };
}

test('says why a stream failed, and lists that connector among those that failed', async () => {
  const { connector, id, url } = await begin({});
  const article = await untilPageSays(url, id, ['not followed: failed', 'create publication', 'The file asks for it']);
  expect(article).toContain('data-state="completed"');
  // Temporal's lists, which filters go by, know it some seconds after the stream itself.
  await eventually('the filter finds it', async () =>
    (await (await fetch(`${url}/?state=broken`)).text()).includes(`<article id="connector-${id}"`),
  );
  await connector.reconfigure({ continuous: undefined });
  const other = await monitoringUrl(await connector.startWorker('--log-level', 'info'));
  const calm = await untilPageSays(other, id, ['data-state="completed"']);
  expect(calm).not.toContain('class="stream"');
});

test('tells polling from a stream, and says when the file no longer asks for it', async () => {
  const { connector, id, url } = await begin({ mode: 'poll', every: '1s' });
  await untilPageSays(url, id, ['data-stream="polling"']);
  await connector.reconfigure({ continuous: undefined });
  const other = await monitoringUrl(await connector.startWorker('--log-level', 'info'));
  await untilPageSays(other, id, ['The file does not ask for it: `pgferry schedule apply` stops it.']);
});
