import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';

import { startTemporal, type TemporalServer } from '../../src/stack/servers/start-temporal';
import { collectTexts } from '../support/collect-texts';
import { type FinishedCommand, runInProcess, type RunningCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { monitoringUrl } from '../support/scrape';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

const mark = (what: string) => `marker-${what}-${randomBytes(6).toString('hex')}`;

/** Planted in the configuration, where each of them is a secret. */
const SECRETS = { password: mark('password'), apiKey: mark('apikey') };
/** Planted in rows: each kind of column, and what servers quote when they refuse a row or a query over it. */
const VALUES = {
  text: mark('text'),
  json: mark('json'),
  refused: mark('refused'),
  uncastable: mark('uncastable'),
  held: mark('held'),
};
/** A key is the document's id, which a dead letter must name; nothing else may. */
const KEY = mark('key');
const ALL = [...Object.values(SECRETS), ...Object.values(VALUES), KEY];

const role = `marked_${randomBytes(6).toString('hex')}`;
const data = mkdtempSync(join(tmpdir(), 'pgferry-marked-'));
const outputs: FinishedCommand[] = [];
const connectors = new Map<string, ConnectorEntry>();

let temporal: TemporalServer;
let database: TestDatabase;
let proxy: FaultyProxy;
let worker: RunningCommand;
let file: string;
let metrics = '';

beforeAll(async () => {
  [temporal, database, proxy] = await Promise.all([
    startTemporal({ dataDir: data }),
    createDatabase(),
    startFaultyProxy(elasticsearchUrl()),
  ]);
  await database.sql(`
    create role ${role} login password '${SECRETS.password}';
    create table item (id text primary key, label text, doc json, amount text);
    insert into item
      select '${KEY}' || n, '${VALUES.text}', json_build_object('k', '${VALUES.json}'), n from generate_series(1, 9) as n;
    insert into item values ('${KEY}-refused', '${VALUES.uncastable}', null, '${VALUES.refused}');
    create table waiting (id integer primary key, label text);
    insert into waiting select n, '${VALUES.held}' from generate_series(1, 9) as n;
    create function raise(value text) returns text language plpgsql as
      $$ begin raise exception 'refused: %', value using detail = value, hint = value; end $$;
    create view raising as select id, public.raise(label) as label from item;
    grant select on all tables in schema public to ${role}`);
  // Elasticsearch quotes the value that it can't read as a number.
  const documents = { mapping: { 'public.item.amount': { type: 'long' } } };
  configure('completed', { tables: 'item' }, { documents });
  configure('rejected', { tables: 'item' }, { documents, max_rejected: 0 });
  configure('view fails', { tables: 'raising' }, { documents: { id_columns: { 'public.raising': ['id'] } } });
  const rule = { tables: ['item'], query: 'select id, label::integer as n from item', id_columns: ['id'] };
  configure('rule rejects', {}, { sync_rules: { advanced: [rule] } });
  const raising = { tables: ['item'], query: 'select id, raise(label) as label from item', id_columns: ['id'] };
  configure('rule fails', {}, { sync_rules: { advanced: [raising] } });
  configure('no entry', { tables: 'item', database: 'postgres', schema: 'nowhere' });
  configure('cancelled', { tables: 'waiting' });
  file = writeConfiguration({
    connectors: [...connectors.values()],
    elasticsearch: { host: proxy.url, api_key: SECRETS.apiKey },
    temporal: { address: temporal.url },
    monitoring: { address: '127.0.0.1:0' },
  });
  worker = await startWorkerProcess(file, '--log-level', 'debug');
  await runSyncs();
});

afterAll(async () => {
  await temporal.stop();
  await proxy.close();
  const client = connectElasticsearch();
  await Promise.all([...connectors.values()].map(({ index_name: index }) => deleteIndices(client, index)));
  await client.close();
  await database.sql(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
  rmSync(data, { recursive: true, force: true });
});

function configure(
  name: string,
  configuration: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>> = {},
): void {
  connectors.set(
    name,
    connectorEntry(database, { username: role, password: SECRETS.password, ...configuration }, others),
  );
}

const idOf = (name: string) => connectors.get(name)?.connector_id ?? '';

async function run(...args: readonly string[]): Promise<FinishedCommand> {
  const finished = await runInProcess([...args, '-c', file]);
  outputs.push(finished);
  return finished;
}

async function runSyncs(): Promise<void> {
  const codes = new Map<string, number | null>();
  for (const name of ['completed', 'rejected', 'view fails', 'rule rejects', 'rule fails', 'no entry'])
    codes.set(name, (await run('sync', idOf(name))).code);
  expect(Object.fromEntries(codes)).toEqual({
    completed: 0,
    rejected: 1,
    'view fails': 2,
    'rule rejects': 0,
    'rule fails': 2,
    'no entry': 2,
  });
  let isHeld = false;
  proxy.fault = ({ body }) => {
    if (!body.includes(VALUES.held)) return undefined;
    isHeld = true;
    return { status: 429, body: JSON.stringify({ error: { type: 'busy', reason: VALUES.held }, status: 429 }) };
  };
  await run('sync', idOf('cancelled'), '--detach');
  await eventually('the sync is held', () => isHeld);
  await run('jobs', 'show', idOf('cancelled'));
  await run('jobs', 'cancel', idOf('cancelled'));
  await eventually('the sync is cancelled', async () => {
    const { stdout } = await run('jobs', 'show', idOf('cancelled'), '--json');
    return stdout.includes('"cancel');
  });
  await run('plan', idOf('completed'), '--mapping');
  await run('plan', idOf('completed'), '--json');
  await run('check');
  await run('jobs', 'list', '--json');
  for (const name of connectors.keys()) await run('jobs', 'show', idOf(name), '--json');
  metrics = await (await fetch(`${await monitoringUrl(worker)}/metrics`)).text();
  await stopCommand(worker);
}

/** The markers that a text holds, as they are or as base64. */
function markersIn(text: string, markers: readonly string[] = ALL): string[] {
  const spellings = (marker: string) => [
    marker,
    Buffer.from(marker)
      .toString('base64')
      .replace(/.{0,2}=*$/u, ''),
  ];
  return markers.filter((marker) => spellings(marker).some((spelling) => text.includes(spelling)));
}

test('the markers would be found: they are in the documents', async () => {
  const client = connectElasticsearch();
  const index = connectors.get('completed')?.index_name ?? '';
  const { hits } = await client.search({ index });
  expect(markersIn(JSON.stringify(hits)).sort()).toEqual([VALUES.text, VALUES.json, KEY].sort());
  await client.close();
});

test('no secret and no value of a row is in a Temporal history, as its API tells it', async () => {
  const connection = await Connection.connect({ address: temporal.url });
  const client = new Client({ connection });
  let count = 0;
  for await (const { workflowId, runId } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const texts = collectTexts([await handle.fetchHistory(), (await handle.describe()).raw]).join('\n');
    expect(markersIn(texts)).toEqual([]);
    // What the input says is among them.
    expect(texts).toContain(JSON.stringify({ connectorId: workflowId.replace(/^sync-/u, '') }).slice(1, -1));
    count += 1;
  }
  expect(count).toBe(connectors.size);
  await connection.close();
});

test('nor in the files that the Temporal server keeps: its database and its log', () => {
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const contents = files.map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
  expect(contents.flatMap((content) => markersIn(content))).toEqual([]);
  for (const name of connectors.keys()) expect(contents.join('')).toContain(idOf(name));
});

test('nor in the worker’s log at its most talkative, nor in what any command prints', () => {
  expect(markersIn(worker.stderr() + worker.stdout())).toEqual([]);
  for (const name of connectors.keys()) expect(worker.stderr()).toContain(idOf(name));
  expect(worker.stderr()).toContain('"log.level":"debug"');
  expect(outputs.flatMap(({ stdout, stderr }) => markersIn(stdout + stderr))).toEqual([]);
  // Nor had any to be blotted out: no line was made with one.
  for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain('***');
  expect(worker.stderr()).not.toContain('***');
});

test('nor in the metrics', () => {
  expect(markersIn(metrics)).toEqual([]);
  expect(metrics).toContain(`connector="${idOf('completed')}"`);
});

test('nor in a dead letter, but for the document’s id; nor in what the index keeps of the connector', async () => {
  const client = connectElasticsearch();
  let letters = 0;
  for (const { index_name: index } of connectors.values()) {
    await client.indices.refresh({ index: `${index}*` });
    const { hits } = await client.search<Record<string, unknown>>({ index: `${index}-rejected*` });
    for (const { _source: { document_id: id, ...others } = {} } of hits.hits) {
      letters += 1;
      expect(markersIn(JSON.stringify(others))).toEqual([]);
      expect(markersIn(String(id))).toEqual([KEY]);
    }
    expect(markersIn(JSON.stringify(await client.indices.get({ index: `${index}*` })))).toEqual([]);
  }
  expect(letters).toBeGreaterThan(1);
  await client.close();
});
