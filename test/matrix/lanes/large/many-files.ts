import { readFileSync, writeFileSync } from 'node:fs';

import { readJson, runCommand, runInProcess, type RunningCommand, startCommand } from '../../../support/command-line';
import {
  type ConnectorEntry,
  connectorEntry,
  uniqueTaskQueue,
  writeConfiguration,
} from '../../../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { type FaultyProxy, startFaultyProxy } from '../../../support/faulty-proxy';
import { createDatabase, type TestDatabase } from '../../../support/postgres';
import { countDocuments } from '../../../support/read-documents';
import { startWorkerProcess, stopCommand } from '../../../support/worker-process';

jest.setTimeout(120_000);

const ROWS = 50;

let database: TestDatabase;
let proxy: FaultyProxy;
const connectors: ConnectorEntry[] = [];
const workers: RunningCommand[] = [];

beforeAll(async () => {
  [database, proxy] = await Promise.all([createDatabase(), startFaultyProxy(elasticsearchUrl())]);
  await database.sql(`
    create table item (id int primary key); insert into item select generate_series(1, ${ROWS});
    create table extra (id int primary key); insert into extra values (1)`);
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map(stopCommand));
});

afterAll(async () => {
  const elasticsearch = connectElasticsearch();
  for (const { index_name: index } of connectors) await deleteIndices(elasticsearch, index);
  await elasticsearch.close();
  await Promise.all([proxy.close(), database.drop()]);
});

/** Lets Elasticsearch take no documents until they are released: a sync stands at its copy. */
function holdWrites() {
  let isHeld = false;
  proxy.fault = ({ url }) => {
    if (!url.includes('_bulk')) return undefined;
    isHeld = true;
    return { status: 429 };
  };
  return {
    untilHeld: () => eventually('a sync stands at its copy', () => isHeld, 60_000),
    release: () => {
      proxy.fault = () => undefined;
    },
  };
}

function newConnector(): ConnectorEntry {
  const connector = connectorEntry(database, { tables: 'item' });
  connectors.push(connector);
  return connector;
}

async function startWorker(file: string, ...options: readonly string[]): Promise<RunningCommand> {
  const worker = await startWorkerProcess(file, ...options);
  workers.push(worker);
  return worker;
}

/** Files of two teams that use one task queue and know nothing of each other. */
function twoFiles(ours: readonly ConnectorEntry[], theirs: readonly ConnectorEntry[]) {
  const shared = { temporal: { task_queue: uniqueTaskQueue() }, elasticsearch: { host: proxy.url } };
  return {
    ours: writeConfiguration({ connectors: ours, ...shared }),
    theirs: writeConfiguration({ connectors: theirs, ...shared }),
  };
}

describe('two files on one task queue', () => {
  test('do not disturb each other: syncs of one complete while only a worker of the other runs', async () => {
    const [first, second, other] = [newConnector(), newConnector(), newConnector()];
    const { ours, theirs } = twoFiles([first, second], [other]);
    await startWorker(theirs);
    const ended = await Promise.all(
      [first, second].map(({ connector_id: id }) => runCommand(['sync', id, '--json', '-c', ours])),
    );
    expect(ended).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(await countDocuments(first.index_name)).toBe(ROWS);
    expect(await countDocuments(second.index_name)).toBe(ROWS);
  });

  test('a sync that no worker knows fails after a while, and names each worker that polled with its file', async () => {
    const [known, unknown] = [newConnector(), newConnector()];
    const { ours, theirs } = twoFiles([unknown], [known]);
    await startWorker(theirs, '--patience', '2');
    await runInProcess(['sync', '--detach', '-c', ours]);
    const shown = await runInProcess(['jobs', 'show', '--follow', '--json', '-c', ours]);
    const { error } = readJson<{ error: { type: string; message: string } }>(shown);
    expect(error.type).toBe('InvalidConfig');
    expect(error.message).toContain(`there is no connector '${unknown.connector_id}'`);
    expect(error.message).toContain(theirs);
    expect(error.message).toMatch(/the worker \d+@\S+/u);
  });

  test('a command does not follow the sync that another file defines otherwise, and names it', async () => {
    const connector = newConnector();
    const otherwise = { ...connector, configuration: { ...connector.configuration, tables: 'item, extra' } };
    const { ours, theirs } = twoFiles([connector], [otherwise]);
    await startWorker(theirs);
    const held = holdWrites();
    try {
      const running = startCommand(['sync', '--json', '-c', theirs]);
      await held.untilHeld();
      const refused = await runInProcess(['sync', '--json', '-c', ours]);
      expect(refused.code).toBe(1);
      const { error } = readJson<{ error: { type: string; message: string } }>(refused);
      expect(error.type).toBe('OtherConfiguration');
      expect(error.message).toContain(theirs);
      held.release();
      expect(await running.finished).toMatchObject({ code: 0 });
    } finally {
      held.release();
    }
  });
});

describe('a sync whose command was killed', () => {
  test('is finished by a later command that has the same definition, although workers of others poll', async () => {
    const [connector, other] = [newConnector(), newConnector()];
    const { ours, theirs } = twoFiles([connector], [other]);
    await startWorker(theirs);
    const held = holdWrites();
    try {
      const killed = startCommand(['sync', '--json', '-c', ours]);
      await held.untilHeld();
      killed.child.kill('SIGKILL');
      await killed.finished;
      const later = startCommand(['sync', '-c', ours]);
      held.release();
      const { code, stderr } = await later.finished;
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('running already') as string });
    } finally {
      held.release();
    }
    expect(await countDocuments(connector.index_name)).toBe(ROWS);
  });
});

describe('workers that get a changed file one after the other', () => {
  test('lose no sync: one whose definition no worker has any more is planned anew', async () => {
    const connector = newConnector();
    const { ours } = twoFiles([connector], []);
    const old = await startWorker(ours, '--patience', '2');
    const held = holdWrites();
    try {
      await runInProcess(['sync', '--detach', '-c', ours]);
      await held.untilHeld();
      await stopCommand(old);
      writeFileSync(ours, readFileSync(ours, 'utf8').replace('"tables":"item"', '"tables":"item, extra"'));
      await startWorker(ours, '--patience', '2');
      held.release();
      expect(await runInProcess(['jobs', 'show', '--follow', '-c', ours])).toMatchObject({ code: 0 });
      expect(await countDocuments(connector.index_name)).toBe(ROWS + 1);
    } finally {
      held.release();
    }
  });
});
