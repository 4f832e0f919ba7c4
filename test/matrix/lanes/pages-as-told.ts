import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { findTemporal } from '../../../src/stack/programs/temporal-program';
import { runInProcess, type RunningCommand } from '../../support/command-line';
import {
  type ConnectorEntry,
  connectorEntry,
  uniqueTaskQueue,
  writeConfiguration,
} from '../../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { readBlock } from '../../support/page-blocks';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { countDocuments } from '../../support/read-documents';
import { monitoringUrl } from '../../support/scrape';
import { startSecuredElasticsearch } from '../../support/secured-elasticsearch';
import { temporalAddress } from '../../support/temporal-address';
import { startTracedWorker, stopCommand } from '../../support/worker-process';

// Lines of the manual that other programs run: a shell gets them as the page has them, but for names and ports.

const TOKEN = 'the-token-of-the-status-page';

const elasticsearch = connectElasticsearch();
const taskQueue = uniqueTaskQueue();
const programs = mkdtempSync(join(tmpdir(), 'pgferry-programs-'));

let database: TestDatabase;
let shop: ConnectorEntry;
let file: string;
let worker: RunningCommand;

beforeAll(async () => {
  symlinkSync(await findTemporal(() => undefined), join(programs, 'temporal'));
  database = await createDatabase();
  await database.sql(`
    create table articles (id int primary key, tenant text);
    insert into articles values (1, 'acme'), (2, 'zenith'), (3, 'acme')`);
  shop = connectorEntry(database);
  file = writeConfiguration({
    connectors: [shop],
    temporal: { task_queue: taskQueue },
    monitoring: { address: '127.0.0.1:0', control: true, token: TOKEN },
  });
  worker = await startTracedWorker(file, 'http://127.0.0.1:9');
});

afterAll(async () => {
  await stopCommand(worker);
  await deleteIndices(elasticsearch, shop.index_name);
  await elasticsearch.close();
  await database.drop();
  rmSync(programs, { recursive: true });
});

/** Runs a block of a page in a shell that stops at the first error. */
async function runBlock(
  page: string,
  words: string,
  names: Readonly<Record<string, string>> = {},
  then = '',
): Promise<string> {
  const block = Object.entries(names).reduce(
    (text, [name, own]) => text.replaceAll(name, own),
    readBlock(page, 'sh', words),
  );
  const environment = {
    ...process.env,
    PATH: [programs, process.env['PATH']].join(delimiter),
    ELASTICSEARCH_URL: elasticsearchUrl(),
    TEMPORAL_ADDRESS: temporalAddress(),
    PGFERRY_STATUS_TOKEN: TOKEN,
  };
  const { stdout } = await promisify(execFile)('bash', ['-ec', `${block}\n${then}`], { env: environment });
  return stdout;
}

const untilDocuments = (count: number) =>
  eventually(`${count} documents`, async () => {
    const isThere = await elasticsearch.indices.exists({ index: shop.index_name });
    return isThere && (await countDocuments(shop.index_name)) === count;
  });

const untilIdle = () =>
  eventually('no sync runs', async () => {
    const { stdout } = await runInProcess(['jobs', shop.connector_id, '--json', '-c', file]);
    return !stdout.includes('"running"');
  });

test("operations.md: Temporal's own command line starts a sync", async () => {
  const id = shop.connector_id;
  const names = { 'queue pgferry': `queue ${taskQueue}`, 'sync-shop': `sync-${id}`, '"shop"': `"${id}"` };
  expect(await runBlock('operations.md', 'temporal workflow start', names)).toContain(`sync-${id}`);
  await untilDocuments(3);
  await untilIdle();
});

test('status-page.md: a script presses a button', async () => {
  await database.sql(`insert into articles values (4, 'zenith')`);
  const names = {
    'connector=shop': `connector=${shop.connector_id}`,
    'http://127.0.0.1:9464': await monitoringUrl(worker),
  };
  await runBlock('status-page.md', '/control', names);
  await untilDocuments(4);
  await untilIdle();
});

test('documents.md: an alias with a filter shows one tenant alone', async () => {
  const names = { 'search-articles': shop.index_name, 'articles-of-acme': `${shop.index_name}-of-acme` };
  expect(await runBlock('documents.md', '_aliases', names)).toContain('"acknowledged":true');
  const { count } = await elasticsearch.count({ index: `${shop.index_name}-of-acme` });
  expect(count).toBe(2);
});

test('operations.md: a key made by openssl encrypts what Temporal keeps', async () => {
  const key = (await runBlock('operations.md', 'PGFERRY_PAYLOAD_KEY', {}, 'echo "$PGFERRY_PAYLOAD_KEY"')).trim();
  const encrypted = writeConfiguration({
    connectors: [shop],
    temporal: { task_queue: uniqueTaskQueue(), encryption: { key } },
  });
  expect(await runInProcess(['check', '-c', encrypted])).toMatchObject({ code: 0 });
  expect(await runInProcess(['sync', shop.connector_id, '-c', encrypted])).toMatchObject({ code: 0 });
});

test('operations.md: the API key with the privileges that the page names is enough', async () => {
  const secured = await startSecuredElasticsearch();
  const admin = secured.connect();
  try {
    const index = `${shop.index_name}-secured`;
    const { host } = secured.settings({});
    const names = { '-u elastic': `-u ${secured.superuser}`, 'https://localhost:9200': host, 'search-shop': index };
    const made = JSON.parse(await runBlock('operations.md', '_security/api_key', names)) as { encoded: string };
    const own = writeConfiguration({
      connectors: [{ ...shop, index_name: index }],
      elasticsearch: { host, api_key: made.encoded },
      temporal: { task_queue: uniqueTaskQueue() },
    });
    for (const command of ['check', 'sync', 'verify']) {
      const { code, stdout } = await runInProcess([command, '-c', own]);
      expect({ command, code, stdout }).toMatchObject({ command, code: 0 });
    }
    const { n } = (await database.sql('select count(*)::int as n from articles'))[0] ?? {};
    await admin.indices.refresh({ index });
    expect((await admin.count({ index })).count).toBe(n);
  } finally {
    await admin.close();
    await secured.stop();
  }
});

test('operations.md: the role that may read, and nothing else, is enough', async () => {
  const role = `reader_${database.name}`;
  const block = readBlock('operations.md', 'sql', 'create role reader');
  await database.sql(
    block.replaceAll('reader', role).replaceAll('…', 'secret').replaceAll('database shop', `database ${database.name}`),
  );
  try {
    await database.sql('create table later (id int primary key); insert into later values (1)');
    const reading = connectorEntry(database, { username: role, password: 'secret' }, { index_name: shop.index_name });
    const own = writeConfiguration({ connectors: [reading] });
    expect(await runInProcess(['check', '-c', own])).toMatchObject({ code: 0 });
    expect(await runInProcess(['sync', reading.connector_id, '-c', own])).toMatchObject({ code: 0 });
    expect(await countDocuments(shop.index_name)).toBe(4 + 5);
  } finally {
    await database.sql(`drop owned by ${role}; drop role ${role}`);
  }
});
