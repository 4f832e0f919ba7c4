import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

import { type FinishedCommand, readJson, runInProcess, type RunningCommand } from '../support/command-line';
import {
  type ConnectorEntry,
  connectorEntry,
  uniqueTaskQueue,
  writeConfiguration,
} from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { story } from '../support/story';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

interface ListedSchedule {
  readonly job_type: string;
  readonly interval: string;
  readonly file: string | null;
  readonly host: string | null;
  readonly paused: boolean;
  readonly note: string;
  readonly next: string | null;
  readonly last: { readonly status: string } | null;
}

let database: TestDatabase;
let connector: ConnectorEntry;
let worker: RunningCommand;
let file: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql('create table city (id int primary key); insert into city values (1)');
  const scheduling = {
    full: { enabled: true, interval: '0 0 0 1 JAN ?' },
    incremental: { enabled: true, interval: '@every 240h' },
  };
  connector = connectorEntry(database, {}, { scheduling });
  file = writeConfiguration({ connectors: [connector], temporal: { task_queue: uniqueTaskQueue() } });
  worker = await startWorkerProcess(file);
});

afterAll(async () => {
  await schedule('delete', '--all');
  await stopCommand(worker);
  const client = connectElasticsearch();
  await deleteIndices(client, connector.index_name);
  await client.close();
  await database.drop();
});

function schedule(...args: readonly string[]): Promise<FinishedCommand> {
  return runInProcess(['schedule', ...args, '-c', file]);
}

async function listSchedules(): Promise<Record<string, ListedSchedule>> {
  const { schedules } = readJson<{ schedules: readonly ListedSchedule[] }>(await schedule('list', '--json'));
  return Object.fromEntries(schedules.map((listed) => [listed.job_type, listed]));
}

story('pgferry schedule', {
  'apply shows what would change, changes it, and then nothing': async () => {
    const dry = await schedule('apply', '--dry-run');
    expect(dry.stderr).toMatch(/\+ pgferry-\S+-full {2}0 0 0 1 JAN \?/u);
    expect(dry.stderr).toMatch(/2 schedules would change; nothing was changed/u);
    expect(await listSchedules()).toEqual({});
    expect((await schedule('apply')).stderr).toMatch(/2 schedules changed/u);
    expect((await schedule('apply')).stderr).toMatch(/nothing to change/u);
    await eventually('both are listed', async () => Object.keys(await listSchedules()).length === 2);
    const { full, incremental } = await listSchedules();
    expect(full).toMatchObject({ interval: '0 0 0 1 JAN ?', paused: false, last: null, file, host: hostname() });
    expect(full?.next).toMatch(/^\d{4}-01-01T00:00/u);
    expect(incremental).toMatchObject({ interval: '@every 240h' });
  },

  'trigger starts a sync, whose result list shows': async () => {
    await schedule('trigger', connector.connector_id, '--full');
    await eventually('it has completed', async () => (await listSchedules())['full']?.last?.status === 'completed');
    expect((await listSchedules())['incremental']?.last).toBeNull();
    const jobs = readJson(await runInProcess(['jobs', 'list', '--json', '-c', file]));
    expect(jobs).toMatchObject({ jobs: [{ trigger: 'schedule', job_type: 'full', status: 'completed' }] });
  },

  'pause keeps a note, resume goes on, delete deletes': async () => {
    await schedule('pause', '--incremental', '--note', 'moving house');
    expect((await listSchedules())['incremental']).toMatchObject({ paused: true, note: 'moving house', next: null });
    expect((await listSchedules())['full']).toMatchObject({ paused: false });
    await schedule('resume', '--incremental', '--note', 'moved');
    expect((await listSchedules())['incremental']).toMatchObject({ paused: false, note: 'moved' });
    await schedule('pause', '--incremental');
    expect((await listSchedules())['incremental']).toMatchObject({ paused: true, note: 'by pgferry schedule pause' });
    await schedule('delete', '--incremental');
    await eventually('it is gone', async () => !('incremental' in (await listSchedules())));
  },

  'delete --all leaves the schedules of another file alone, which list shows': async () => {
    const temporal = (JSON.parse(readFileSync(file, 'utf8')) as { temporal: { task_queue: string } }).temporal;
    const scheduling = { full: { enabled: true, interval: '0 0 0 1 JAN ?' } };
    const entry = connectorEntry(database, {}, { scheduling });
    const theirs = writeConfiguration({ connectors: [entry], temporal });
    await runInProcess(['schedule', 'apply', '-c', theirs]);
    const listed = async () => {
      const shown = readJson<{ schedules: readonly ListedSchedule[] }>(await schedule('list', '--json'));
      return shown.schedules.map((one) => one.file);
    };
    await eventually('both are listed', async () => (await listed()).length === 2);
    expect(await schedule('delete', '--all')).toMatchObject({ code: 0 });
    await eventually('one is gone', async () => (await listed()).length === 1);
    expect(await listed()).toEqual([theirs]);
    expect(await schedule('delete', entry.connector_id)).toMatchObject({ code: 0 });
  },
});
