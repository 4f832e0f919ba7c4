import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Client, Connection } from '@temporalio/client';

import { expectClearMessage } from '../support/clear-message';
import { readJson, runCommand, type RunningCommand, startCommand } from '../support/command-line';
import {
  type ConnectorEntry,
  connectorEntry,
  uniqueTaskQueue,
  writeConfiguration,
} from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createDatabase, type TestDatabase } from '../support/postgres';
import type { PrintedReport } from '../support/synced-connector';
import { temporalAddress } from '../support/temporal-address';
import { runTemporal } from '../support/temporal-cli';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

const KEY = randomBytes(32).toString('base64');
const NEXT_KEY = randomBytes(32).toString('base64');
const TOKEN = randomBytes(16).toString('hex');
const UI = 'http://localhost:8233';
const TABLE = 'customers_of_the_bank';
const task_queue = uniqueTaskQueue();

let database: TestDatabase;
let good: ConnectorEntry;
let bad: ConnectorEntry;
let worker: RunningCommand;
let codecServer: RunningCommand;
let codecUrl: string;
const synced = new Map<ConnectorEntry, PrintedReport>();

/** The configuration with some encryption. */
function withEncryption(encryption: Readonly<Record<string, string>>): string {
  return writeConfiguration({
    connectors: [good, bad],
    temporal: { task_queue, encryption },
    codec_server: { address: '127.0.0.1:0', ui_origin: UI, token: TOKEN },
  });
}

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`create table ${TABLE} (id integer primary key); insert into ${TABLE} values (1), (2)`);
  good = connectorEntry(database, { tables: TABLE });
  bad = connectorEntry(database, { tables: 'secrets_of_the_bank' });
  const file = withEncryption({ key: KEY });
  worker = await startWorkerProcess(file);
  codecServer = startCommand(['codec-server', '--json', '-c', file]);
  for (const entry of [good, bad])
    synced.set(entry, readJson(await runCommand(['sync', entry.connector_id, '--json', '-c', file])));
  await eventually('the codec server is ready', () => codecServer.stdout().endsWith('\n'));
  codecUrl = (JSON.parse(codecServer.stdout()) as { url: string }).url;
});

afterAll(async () => {
  await Promise.all([stopCommand(worker), stopCommand(codecServer)]);
  const client = connectElasticsearch();
  await Promise.all([good, bad].map(({ index_name: index }) => deleteIndices(client, index)));
  await client.close();
  await database.drop();
});

test('syncs run as ever, and the command line reads how they ended', async () => {
  expect(synced.get(good)).toMatchObject({ status: 'completed', indexed: 2 });
  expect(synced.get(bad)).toMatchObject({
    status: 'failed',
    error: { type: 'RelationMissing', message: expect.stringContaining('secrets_of_the_bank') as string },
  });
  const file = withEncryption({ key: KEY });
  const shown = await runCommand(['jobs', 'show', good.connector_id, '--json', '-c', file]);
  expect(readJson(shown)).toMatchObject({ status: 'completed', relations: [{ relation: `public.${TABLE}` }] });
  const failed = await runCommand(['jobs', 'show', bad.connector_id, '--json', '-c', file]);
  expect(readJson(failed)).toMatchObject({ error: { type: 'RelationMissing' } });
});

test('Temporal keeps no plain text of them: every payload is encrypted, failures and summaries too', async () => {
  const connection = await Connection.connect({ address: temporalAddress() });
  const client = new Client({ connection });
  for (const { connector_id: id } of [good, bad]) {
    const handle = client.workflow.getHandle(`sync-${id}`);
    const found = inspect([await handle.fetchHistory(), (await handle.describe().catch(() => undefined))?.raw]);
    expect([...found.encodings]).toEqual(['binary/encrypted']);
    expect(found.payloads).toBeGreaterThan(5);
    for (const plain of ['of_the_bank', 'jobType', 'There is no table', '→', 'full sync of', 'servers of'])
      expect([plain, found.texts.some((text) => text.includes(plain))]).toEqual([plain, false]);
  }
  await connection.close();
});

interface Inspection {
  readonly encodings: Set<string>;
  readonly texts: string[];
  payloads: number;
}

/** Not encrypted by Temporal's SDK: search attributes are for Temporal to read, markers name changes of the workflow's code. */
const PLAIN: readonly string[] = ['searchAttributes', 'markerRecordedEventAttributes'];

/** Payloads and texts within a value. */
function inspect(value: unknown, found: Inspection = { encodings: new Set(), texts: [], payloads: 0 }): Inspection {
  if (typeof value === 'string') found.texts.push(value);
  if (value instanceof Uint8Array) found.texts.push(readBytes(value));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return found;
  if ('metadata' in value && 'data' in value) {
    const { encoding } = (value.metadata ?? {}) as { encoding?: Uint8Array };
    found.encodings.add(Buffer.from(encoding ?? []).toString());
    found.payloads += 1;
  }
  for (const [key, child] of Object.entries(value)) if (!PLAIN.includes(key)) inspect(child, found);
  return found;
}

function readBytes(value: Uint8Array): string {
  const bytes = Buffer.from(value);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1');
}

test('Temporal’s CLI reads them through the codec server, and without it or its token does not', async () => {
  const show = async (...options: readonly string[]) => {
    const id = `sync-${bad.connector_id}`;
    const { stdout, stderr } = await runTemporal(
      'workflow',
      'show',
      '--workflow-id',
      id,
      '--output',
      'json',
      ...options,
    );
    // It prints payloads as base64, decoded or not.
    const payloads = [...stdout.matchAll(/"data": "([^"]*)"/gu)].map(([, data = '']) => Buffer.from(data, 'base64'));
    return [stdout, stderr, ...payloads].join('\n');
  };
  const endpoint = ['--codec-endpoint', codecUrl];
  const read = await show(...endpoint, '--codec-auth', `Bearer ${TOKEN}`);
  expect(read).toContain('secrets_of_the_bank');
  expect(read).toContain('jobType');
  expect(await show()).not.toContain('secrets_of_the_bank');
  const refused = await show(...endpoint, '--codec-auth', 'Bearer wrong');
  expect(refused).not.toContain('secrets_of_the_bank');
});

test('another key reads nothing and says which one is missing; as the second key the old one is enough', async () => {
  const show = (file: string) => runCommand(['jobs', 'show', good.connector_id, '-c', file]);
  const wrong = await show(withEncryption({ key: NEXT_KEY }));
  expectClearMessage(wrong, { code: 2, names: ['encrypted with key', 'second_key'], secrets: [KEY, NEXT_KEY] });
  const changed = await show(withEncryption({ key: NEXT_KEY, second_key: KEY }));
  expect(changed).toMatchObject({ code: 0 });
  expect(changed.stdout + changed.stderr).toContain(TABLE);
});

test('a codec server without a token, or without a key, does not start', async () => {
  const withoutToken = writeConfiguration({ connectors: [good], temporal: { encryption: { key: KEY } } });
  expectClearMessage(await runCommand(['codec-server', '-c', withoutToken]), {
    code: 2,
    names: ['codec_server.token'],
  });
  const withoutKey = writeConfiguration({ connectors: [good], codec_server: { token: TOKEN } });
  expectClearMessage(await runCommand(['codec-server', '-c', withoutKey]), {
    code: 2,
    names: ['temporal.encryption.key'],
  });
});
