import { gzipSync } from 'node:zlib';

import { connectElasticsearch as connectAsPgferry } from '../../../src/elasticsearch/connection/connect-elasticsearch';
import { probeElasticsearch } from '../../../src/elasticsearch/connection/probe-elasticsearch';
import { countDifferences } from '../../../src/verify/verification';
import { connectElasticsearch, elasticsearchUrl } from '../../support/elasticsearch';
import { type AlteredAnswer, type AlteringProxy, startAlteringProxy } from '../../support/platforms/altering-proxy';
import { createDatabase } from '../../support/postgres';
import { startSyncs } from '../../support/start-syncs';

const settingsOf = (host: string) => ({ host, verifyCerts: true, requestTimeoutMs: 60_000 });

async function probe(proxy: AlteringProxy, path = ''): Promise<unknown> {
  const client = connectAsPgferry(settingsOf(`${proxy.url}${path}`));
  try {
    return await probeElasticsearch(client).catch((error: unknown) => error);
  } finally {
    await client.close();
    await proxy.close();
  }
}

function withoutProduct({ headers, body }: AlteredAnswer): AlteredAnswer {
  return { headers: { ...headers, 'x-elastic-product': undefined }, body };
}

const OPENSEARCH = { version: { distribution: 'opensearch', number: '2.19.1' }, tagline: 'The OpenSearch Project' };

test.each<[string, (answer: AlteredAnswer) => AlteredAnswer, RegExp]>([
  [
    'OpenSearch',
    (answer) => ({ ...withoutProduct(answer), body: Buffer.from(JSON.stringify(OPENSEARCH)) }),
    /^What answers at http:\/\/127.0.0.1:\d+ is OpenSearch 2\.19\.1, not Elasticsearch\.$/u,
  ],
  [
    'a proxy that drops x-elastic-product',
    withoutProduct,
    /^Elasticsearch [\d.]+ answers at http:\/\/127.0.0.1:\d+, but something before it drops the header x-elastic-product\.$/u,
  ],
  [
    'a page of a proxy',
    () => ({ headers: { 'content-type': 'text/html; charset=utf-8' }, body: Buffer.from('<html>Welcome</html>') }),
    /^What answers at http:\/\/127.0.0.1:\d+ is not Elasticsearch; its answer is of the type text\/html\.$/u,
  ],
])('%s is told as what it is', async (_, alter, message) => {
  expect(await probe(await startAlteringProxy(elasticsearchUrl(), alter))).toMatchObject({
    type: 'InvalidConfig',
    message: expect.stringMatching(message) as string,
  });
});

test('below a path Elasticsearch is found, and beside it the remedy is', async () => {
  const below = () => startAlteringProxy(elasticsearchUrl(), undefined, '/es');
  expect(await probe(await below())).toMatchObject({ version: expect.any(String) as string });
  expect(await probe(await below(), '/')).toMatchObject({ version: expect.any(String) as string });
  const proxy = await below();
  expect(await probe({ ...proxy, url: proxy.url.replace('/es', '/other') })).toMatchObject({
    message: expect.stringContaining('HTTP 404') as string,
    remedy: 'Check that elasticsearch.host is the address of Elasticsearch itself.',
  });
});

test('answers that a proxy compresses unasked are read', async () => {
  const compress = ({ headers, body }: AlteredAnswer) => ({
    headers: { ...headers, 'content-encoding': 'gzip' },
    // An answer to HEAD has the headers alone.
    body: body.length === 0 ? body : gzipSync(body),
  });
  const proxy = await startAlteringProxy(elasticsearchUrl(), compress);
  const syncs = await startSyncs({ connect: connectElasticsearch, settings: () => settingsOf(proxy.url) });
  const database = await createDatabase();
  await database.sql('create table t (id integer primary key); insert into t select generate_series(1, 100)');
  const connector = syncs.connect(database.url);
  expect(await connector.sync()).toMatchObject({ indexed: 100 });
  await database.sql('delete from t where id = 1');
  expect(await connector.sync('incremental')).toMatchObject({ deleted: 1 });
  expect(countDifferences(await connector.verify())).toBe(0);
  await syncs.stop();
  await Promise.all([database.drop(), proxy.close()]);
});
