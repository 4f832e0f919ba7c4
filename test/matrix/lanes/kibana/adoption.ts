import { runCommand, type RunningCommand } from '../../../support/command-line';
import { hasEnded } from '../../../support/connector-protocol/acts';
import type { Document } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { eventually } from '../../../support/eventually';
import { story } from '../../../support/story';
import { lockTables } from '../../../support/table-lock';
import { stopCommand } from '../../../support/worker-process';

const ROWS = 300;
let stage: Stage;
let file: string;
let worker: RunningCommand;

beforeAll(async () => {
  stage = await setStage(`create table goods (id int primary key, name text, price numeric, at timestamptz);
    insert into goods select n, 'item ' || n, n / 3.0, now() from generate_series(1, ${ROWS}) n`);
  file = stage.writeFile();
});

afterAll(() => stage.close());

/** Writes what Elastic's connector has made of the table, in the mapping that Elasticsearch guesses from it. */
async function writeElastics(): Promise<void> {
  const { database: name } = stage.typed() as { readonly database: string };
  const operations = Array.from({ length: ROWS }, (_, at) => at + 1).flatMap((n) => {
    const id = `${name}_public_goods_${n}_`;
    const row = { public_goods_id: n, public_goods_name: `item ${n}`, public_goods_price: n / 3 };
    const time = new Date(n * 1_000).toISOString();
    const made = { id, _timestamp: time, database: name, schema: 'public', table: 'goods', public_goods_at: time };
    return [{ index: { _id: id } }, { ...made, ...row }];
  });
  const { errors } = await stage.elasticsearch.bulk({ index: stage.index, operations, refresh: true });
  expect(errors).toBe(false);
}

/** Documents of pgferry; all others are the connector's before it, but for one. */
async function ours(): Promise<number> {
  await stage.elasticsearch.indices.refresh({ index: stage.index });
  const query = { exists: { field: '_relation' } };
  return (await stage.elasticsearch.count({ index: stage.index, query })).count;
}

async function theirs(): Promise<number> {
  return (await stage.count()) - (await ours()) - 1;
}

/** A full sync as Elastic's service does it: it writes what there is, and deletes by id what it has not written. */
async function syncAsElastic(): Promise<void> {
  const { person, id, index, elasticsearch } = stage;
  const jobId = await person.sync(id);
  const now = () => new Date().toISOString();
  await person.edit(id, { last_sync_status: 'in_progress', last_sync_error: null, status: 'connected', error: null });
  await person.change(jobId, { status: 'in_progress', started_at: now(), last_seen: now(), worker_hostname: 'theirs' });
  await writeElastics();
  const { database: name } = stage.typed() as { readonly database: string };
  const { hits } = await elasticsearch.search({ index, size: 10_000, _source: false, query: { match_all: {} } });
  const stale = hits.hits.map(({ _id }) => _id ?? '').filter((_id) => !_id.startsWith(`${name}_public_goods_`));
  await elasticsearch.bulk({ index, operations: stale.map((_id) => ({ delete: { _id } })), refresh: true });
  await person.change(jobId, {
    status: 'completed',
    completed_at: now(),
    last_seen: now(),
    total_document_count: ROWS,
  });
  await person.edit(id, { last_sync_status: 'completed', last_synced: now() });
}

story("Documents of Elastic's connector are replaced with consent, and only then", {
  'without it a job ends before its first write, with both counts and the command; so does `check`': async () => {
    await stage.elasticsearch.indices.create({ index: stage.index });
    await writeElastics();
    const other = { id: 'x', database: 'another', schema: 'public', table: 'goods' };
    await stage.elasticsearch.index({ index: stage.index, id: 'x', document: other, refresh: true });
    worker = await stage.startWorker(file);
    await stage.untilConnector({ status: 'needs_configuration' });
    await stage.person.configure(stage.id, stage.typed());
    const connector = await stage.untilConnector({ status: 'error' });
    const job = await stage.untilJob(await stage.person.sync(stage.id), 'error');
    for (const { error } of [connector, job]) {
      expect(error).toContain(`holds ${ROWS} documents`);
      expect(error).toContain('and 0 of pgferry');
      expect(error).toContain(`pgferry sync ${stage.id} --adopt`);
    }
    expect(await ours()).toBe(0);
    expect(await theirs()).toBe(ROWS);
  },
  'one that is cancelled deletes none of them': async () => {
    const release = await stage.blockWrites();
    const syncing = runCommand(['sync', stage.id, '--adopt', '-c', file]);
    let jobId = '';
    await eventually('it runs', async () => {
      const running = (await stage.person.jobs(stage.id)).find(({ status }) => status === 'in_progress');
      jobId = running?.id ?? '';
      return running !== undefined;
    });
    await stage.person.cancel(jobId);
    await stage.untilJob(jobId, 'canceled', 60_000);
    expect((await syncing).code).not.toBe(0);
    await release();
    expect(await theirs()).toBe(ROWS);
  },
  'nor does one that fails, when most of its own are written': async () => {
    await stage.database.sql('create table notes (id int primary key); insert into notes select generate_series(1, 9)');
    await stage.person.configure(stage.id, stage.typed({ lock_timeout: '1' }));
    const lock = await lockTables(stage.database, 'notes');
    const { code, stderr } = await runCommand(['sync', stage.id, '--adopt', '-c', file]);
    await lock.release();
    expect(code).not.toBe(0);
    expect(stderr).toContain('RelationLocked');
    expect({ ours: await ours(), theirs: await theirs() }).toEqual({ ours: ROWS, theirs: ROWS });
    await stage.database.sql('drop table notes');
  },
  'with consent they are replaced, and no other document': async () => {
    const { code, stdout, stderr } = await runCommand(['sync', stage.id, '--adopt', '-c', file]);
    expect({ code, printed: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, printed: '' });
    expect(await ours()).toBe(ROWS);
    expect(await stage.count()).toBe(ROWS + 1);
    await stage.untilConnector({ status: 'connected', error: null });
    expect((await runCommand(['verify', stage.id, '-c', file])).code).toBe(0);
  },
  'what is left when pgferry stops is what Elastic’s service begins with': async () => {
    await stage.person.schedule(stage.id, { full: { enabled: true, interval: '0/5 * * * * ?' } });
    const readInstant = async () => (await stage.person.connector(stage.id))['last_sync_scheduled_at'];
    await eventually('a scheduled sync has begun', async () => typeof (await readInstant()) === 'string', 60_000);
    await stage.person.schedule(stage.id, { full: { enabled: false, interval: '0/5 * * * * ?' } });
    const jobs = () => stage.person.jobs(stage.id);
    await eventually('all jobs have ended', async () => (await jobs()).every(hasEnded), 60_000);
    await eventually('the schedules are gone', async () => {
      const { stdout } = await runCommand(['schedule', 'list', '--json', '-c', file]);
      return (JSON.parse(stdout) as { schedules: unknown[] }).schedules.length === 0;
    });
    await eventually('all jobs have ended', async () => (await jobs()).every(hasEnded), 60_000);
    await stage.untilConnector({ status: 'connected', error: null, last_sync_status: 'completed' });
    await stopCommand(worker);
    // A cron instant, by which that service knows what it must not start again.
    expect(Date.parse(String(await readInstant())) % 5_000).toBe(0);
    const { configuration, filtering, scheduling } = await stage.person.connector(stage.id);
    expect((configuration as { host: Document }).host['value']).toBe(stage.typed()['host']);
    expect(filtering).toMatchObject([{ domain: 'DEFAULT', active: { validation: { state: 'valid' } } }]);
    expect(Object.keys(scheduling as Document).sort()).toEqual(['access_control', 'full', 'incremental']);
  },
  'its next full sync takes the place of pgferry’s documents, by the mapping that is there': async () => {
    await syncAsElastic();
    expect(await ours()).toBe(0);
    expect(await stage.count()).toBe(ROWS);
  },
  'pgferry begins again where that left off, and replaces them by a line in the file': async () => {
    await stage.startWorker(stage.writeFile({ entry: { adopt: true } }));
    await stage.untilJob(await stage.person.sync(stage.id, 'incremental'), 'completed', 60_000);
    expect(await stage.count()).toBe(2 * ROWS);
    await stage.untilJob(await stage.person.sync(stage.id), 'completed', 60_000);
    expect({ all: await stage.count(), ours: await ours() }).toEqual({ all: ROWS, ours: ROWS });
  },
});
