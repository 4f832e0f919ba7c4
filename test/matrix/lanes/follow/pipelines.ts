import { Client } from '@elastic/elasticsearch';

import { readJson } from '../../../support/command-line';
import { elasticsearchUrl, uniqueIndex } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { type IngestNode, startIngestNode } from '../../../support/ingest-node/start-ingest-node';
import { countDocuments } from '../../../support/read-documents';

const ROWS = 4_000;
const PIPELINE = uniqueIndex('pipeline');
const PROCESSORS = [
  { drop: { if: "ctx.state == 'hidden'" } },
  { fail: { if: "ctx.state == 'refused'", message: 'no such state' } },
];

let node: IngestNode;
let client: Client;
let followed: FollowedConnector;
const count = () => countDocuments(followed.connector.index_name);
const putPipeline = (...processors: object[]) => client.ingest.putPipeline({ id: PIPELINE, processors });

/** Letters of rows go a moment after their documents were written. */
const untilVerified = () =>
  eventually('rows and documents are in step', async () => (await followed.run('verify')).code === 0);

beforeAll(async () => {
  node = await startIngestNode(elasticsearchUrl());
  client = new Client({ node: node.url });
  await putPipeline(...PROCESSORS);
  followed = await createFollowedConnector({
    elasticsearch: { host: node.url },
    connector: { max_delete_ratio: 0.1, pipeline: { name: PIPELINE } },
  });
  await followed.begin(`
    create table orders (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, ${ROWS}) as i;
    create publication pgferry_test for table orders`);
}, 60_000);
afterAll(async () => {
  await followed.close();
  await client.ingest.deletePipeline({ id: PIPELINE });
  await client.close();
  await node.close();
});

test('a row that a pipeline drops loses its document within the second, and has one again when it passes', async () => {
  const { sql, untilFound, untilShown, run } = followed;
  await sql(`update orders set state = 'hidden' where id <= 3; insert into orders values (0, 'hidden')`);
  await sql(`update orders set state = 'seen' where id = 9`);
  await untilFound('orders', 'state', { 0: undefined, 1: undefined, 3: undefined, 9: 'seen' });
  const { deleted, owed } = await untilShown('what was dropped', ({ dropped }) => dropped === 4);
  expect({ deleted, owed }).toEqual({ deleted: 0, owed: [] });
  const verified = await run('verify', '--json');
  expect(verified).toMatchObject({ code: 0, stderr: '' });
  expect(readJson<{ relations: object[] }>(verified).relations).toMatchObject([{ rows: ROWS + 1, dropped: 4 }]);
  await sql(`update orders set state = 'back' where id = 1; delete from orders where id in (0, 2)`);
  await untilFound('orders', 'state', { 1: 'back', 2: undefined, 3: undefined });
  await untilVerified();
  expect(await count()).toBe(ROWS - 2);
}, 60_000);

test('a row that a pipeline refuses is a dead letter until it changes, or goes', async () => {
  const { sql, untilFound, run } = followed;
  await sql(`update orders set state = 'refused' where id in (12, 13)`);
  await untilFound('orders', 'state', { 12: undefined, 13: undefined });
  expect(readJson<{ relations: object[] }>(await run('verify', '--json')).relations).toMatchObject([{ rejected: 2 }]);
  await sql(`update orders set state = 'mended' where id = 12; delete from orders where id = 13`);
  await untilFound('orders', 'state', { 12: 'mended' });
  await untilVerified();
}, 60_000);

test('documents that go because a pipeline drops their rows count for max_delete_ratio: a sync with its guard decides', async () => {
  const { sql, untilShown, untilFound, run, untilFollowing } = followed;
  await sql(`update orders set state = 'hidden' where id > 2000`);
  await untilShown('the guard of a sync decides', (shown) => (shown.gap_failure ?? '').includes('max_delete_ratio'));
  expect(await count()).toBe(ROWS - 3);
  await sql(`update orders set state = 'seen' where id = 10`);
  await untilFound('orders', 'state', { 10: 'seen' });
  expect((await run('sync', '--allow-mass-delete')).code).toBe(0);
  expect(await count()).toBe(2_000 - 3);
  await untilFollowing(150_000);
}, 300_000);

test('a pipeline that changes what pgferry needs is named, and nothing of it is lost once it is right again', async () => {
  const { sql, untilShown, untilFollowing, untilFound, run } = followed;
  await putPipeline(...PROCESSORS, { remove: { field: '_relation' } });
  await sql(`update orders set state = 'spoilt' where id = 11`);
  await untilShown('it is said why', (shown) => (shown.gap_failure ?? '').includes(`"${PIPELINE}" changes _relation`));
  await putPipeline(...PROCESSORS);
  await untilFollowing(300_000);
  await untilFound('orders', 'state', { 11: 'spoilt' });
  expect((await run('verify')).code).toBe(0);
}, 500_000);
