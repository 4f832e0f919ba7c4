import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

import { runCommand, type RunningCommand } from '../../../support/command-line';
import { connectorEntry, uniqueTaskQueue, writeConfiguration } from '../../../support/configuration-file';
import { type ConnectorApi, startConnectorApi } from '../../../support/connector-protocol/connector-api';
import type { Document } from '../../../support/connector-protocol/new-documents';
import { asPerson, type Person } from '../../../support/connector-protocol/person';
import { asPersonByApi } from '../../../support/connector-protocol/person-by-api';
import { ensureProtocolIndices } from '../../../support/connector-protocol/protocol-indices';
import { untilDocument } from '../../../support/connector-protocol/stage';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { createDatabase, type TestDatabase } from '../../../support/postgres';
import { story } from '../../../support/story';
import { startWorkerProcess, stopCommand } from '../../../support/worker-process';

const ROWS = 100;
const elasticsearch = connectElasticsearch();
const secret = `hunter2-${randomBytes(6).toString('hex')}`;
const role = `published_${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
let api: ConnectorApi;
let person: Person;
let entry: ReturnType<typeof connectorEntry>;
let content: Parameters<typeof writeConfiguration>[0];
let file: string;
let worker: RunningCommand;

beforeAll(async () => {
  [database, api] = await Promise.all([
    createDatabase(),
    startConnectorApi(elasticsearchUrl()),
    ensureProtocolIndices(elasticsearch),
  ]);
  await database.sql(`create table goods (id int primary key, name text);
    insert into goods select n, 'item ' || n from generate_series(1, ${ROWS}) n;
    create role ${role} login password '${secret}'; grant pg_read_all_data to ${role}`);
  person = asPersonByApi(api.url, elasticsearch);
  const scheduling = { incremental: { enabled: false, interval: '0 0/30 * * * ?' } };
  const sync_rules = { basic: [{ policy: 'exclude', field: 'public_goods_name', rule: 'equals', value: 'item 7' }] };
  entry = connectorEntry(
    database,
    { username: role, password: secret, tables: ['goods'] },
    { name: 'Goods', scheduling, sync_rules },
  );
  content = {
    connectors: [entry],
    elasticsearch: { publish_connectors: true },
    temporal: { task_queue: uniqueTaskQueue() },
  };
  file = writeConfiguration(content);
  worker = await startWorkerProcess(file, '--log-level', 'info');
});

afterAll(async () => {
  await stopCommand(worker);
  await person.deleteConnector(entry.connector_id).catch(() => undefined);
  for (const job of await person.jobs(entry.connector_id)) await person.deleteJob(job.id);
  await deleteIndices(elasticsearch, `${entry.index_name}*`);
  await elasticsearch.close();
  await api.close();
  await database.sql(`drop role ${role}`);
  await database.drop();
});

const read = () => person.connector(entry.connector_id);
const untilConnector = (expected: Document) => untilDocument('connector', read, expected, 60_000);
const untilJob = (jobId: string, status: string) => untilDocument('job', () => person.job(jobId), { status }, 60_000);

function untilThere(): Promise<void> {
  const isThere = () =>
    read().then(
      () => true,
      () => false,
    );
  return eventually('it is there', isThere);
}

/** Lets no sync write its documents until the returned function is called. */
async function holdSyncs(): Promise<() => Promise<void>> {
  await database.sql(`update goods set name = name || '!'`);
  const [index = ''] = Object.keys(await elasticsearch.indices.get({ index: entry.index_name }));
  const block = async (blocked: boolean) => {
    await elasticsearch.indices.putSettings({ index, settings: { 'index.blocks.write': blocked } });
  };
  await block(true);
  return () => block(false);
}

function valueOf({ configuration }: Document, key: string): unknown {
  return (configuration as Readonly<Record<string, Document>>)[key]?.['value'];
}

/** What a person changes there is put back, and said. */
async function expectPutBack(what: string, change: () => Promise<void>, isBack: (found: Document) => boolean) {
  await change();
  await eventually(`${what}: put back`, async () => {
    const found = await read();
    return isBack(found) && String(found['error']).includes(what);
  });
  const { status, error } = await read();
  expect(status).toBe('error');
  expect(error).toContain(file);
  expect(error).toContain(entry.connector_id);
}

story('A connector of the file is shown in Kibana, where it can be started and cancelled, not changed', {
  'it appears, connected, with what the file says of it': async () => {
    await untilThere();
    const connector = await untilConnector({ status: 'connected', error: null });
    expect(connector).toMatchObject({ name: 'Goods', index_name: entry.index_name, service_type: 'postgresql' });
    expect(valueOf(connector, 'username')).toBe(role);
    expect(valueOf(connector, 'password')).toBe('');
    expect(connector['scheduling']).toMatchObject({ incremental: { enabled: false, interval: '0 0/30 * * * ?' } });
    expect(JSON.stringify(connector['filtering'])).toContain('item 7');
  },
  '"Sync" runs by the settings of the file, with status and counts': async () => {
    const job = await untilJob(await person.sync(entry.connector_id), 'completed');
    expect(job).toMatchObject({ indexed_document_count: ROWS - 1, total_document_count: ROWS - 1, error: null });
    await untilConnector({ last_sync_status: 'completed', last_indexed_document_count: ROWS - 1, status: 'connected' });
    expect((await runCommand(['verify', entry.connector_id, '-c', file])).code).toBe(0);
  },
  'syncs of the command line are in its history': async () => {
    const { code, stderr } = await runCommand(['sync', entry.connector_id, '--incremental', '-c', file]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [job] = await person.jobs(entry.connector_id);
    expect(job).toMatchObject({ job_type: 'incremental', trigger_method: 'on_demand' });
    await untilJob(job?.id ?? '', 'completed');
  },
  'a job that runs is cancelled': async () => {
    const release = await holdSyncs();
    const jobId = await person.sync(entry.connector_id);
    await untilJob(jobId, 'in_progress');
    await person.cancel(jobId);
    await untilJob(jobId, 'canceled');
    await release();
    await untilConnector({ last_sync_status: 'canceled', status: 'connected', error: null });
  },
  'configuration, rules and schedule that a person changes are put back': async () => {
    const isOurs = (found: Document) => valueOf(found, 'username') === role && valueOf(found, 'password') === '';
    const typed = { username: 'somebody', password: secret };
    await expectPutBack("'Username'", () => person.configure(entry.connector_id, typed), isOurs);
    await expectPutBack(
      'sync rules',
      () => person.draft(entry.connector_id, [{ id: 'a', policy: 'exclude', field: 'id', rule: '>', value: '5' }]),
      ({ filtering }) => !JSON.stringify(filtering).includes('"id":"a"'),
    );
    await expectPutBack(
      'schedule',
      () => person.schedule(entry.connector_id, { full: { enabled: true, interval: '0 0 1 * * ?' } }),
      ({ scheduling }) => (scheduling as Document & { full: Document }).full['enabled'] === false,
    );
    await expectPutBack(
      'index',
      () => person.attach(entry.connector_id, `${entry.index_name}-other`),
      ({ index_name }) => index_name === entry.index_name,
    );
    // The next job starts with a clean slate.
    await untilJob(await person.sync(entry.connector_id), 'completed');
    await untilConnector({ status: 'connected', error: null, last_sync_status: 'completed' });
  },
  'what the file says anew is shown without a complaint': async () => {
    const written = JSON.parse(readFileSync(file, 'utf8')) as Document;
    writeFileSync(file, JSON.stringify({ ...written, connectors: [{ ...entry, name: 'Goods and more' }] }));
    await untilConnector({ name: 'Goods and more' });
    expect(await read()).toMatchObject({ status: 'connected', error: null });
  },
  'deleted it comes back, and a running sync goes on': async () => {
    const release = await holdSyncs();
    const jobId = await person.sync(entry.connector_id);
    await untilJob(jobId, 'in_progress');
    await person.deleteConnector(entry.connector_id);
    await untilThere();
    await release();
    await untilJob(jobId, 'completed');
    await untilConnector({ status: 'connected', last_sync_status: 'completed' });
  },
  'no password of the file is in any document': async () => {
    for (const index of ['.elastic-connectors', '.elastic-connectors-sync-jobs']) {
      await elasticsearch.indices.refresh({ index });
      const { hits } = await elasticsearch.search({ index, size: 1_000, query: { match_all: {} } });
      const texts = hits.hits.map(({ _source: source }) => JSON.stringify(source));
      expect(texts.filter((text) => text.includes(entry.connector_id) || text.includes(entry.index_name))).not.toEqual(
        [],
      );
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
    expect(worker.stderr()).not.toContain(secret);
  },
});

test('somebody’s own connector of the same id is left alone, and that is said', async () => {
  const taken = asPerson(elasticsearch);
  const id = await taken.create({ name: 'Mine', index_name: `${entry.index_name}-mine` });
  const other = writeConfiguration({ ...content, connectors: [{ ...entry, connector_id: id }] });
  const second = await startWorkerProcess(other, '--log-level', 'info');
  await eventually('it is said', () => second.stderr().includes(`Elasticsearch has a connector ${id}`));
  await stopCommand(second);
  expect(await taken.connector(id)).toMatchObject({ name: 'Mine', status: 'created', configuration: {} });
  await taken.deleteConnector(id);
});
