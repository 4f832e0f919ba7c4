import { runCommand } from '../../../support/command-line';
import type { Document } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { deleteIndices } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { story } from '../../../support/story';
import { lockTables } from '../../../support/table-lock';

let stage: Stage;
let file: string;

beforeAll(async () => {
  stage = await setStage(`create table goods (id int primary key, name text);
    insert into goods select n, 'item ' || n from generate_series(1, 50) n;
    create table notes (id int primary key, text text);
    insert into notes select n, 'note ' || n from generate_series(1, 20) n`);
  file = stage.writeFile();
  await stage.startWorker(file);
  await stage.untilConnector({ status: 'needs_configuration' });
  await stage.person.configure(stage.id, stage.typed({ tables: 'goods, notes' }));
  await stage.untilConnector({ status: 'connected' });
});

afterAll(() => stage.close());

async function sync(status = 'completed', jobType = 'full'): Promise<Document> {
  return stage.untilJob(await stage.person.sync(stage.id, jobType), status, 60_000);
}

const schedules = async () => {
  const { stdout } = await runCommand(['schedule', 'list', '--json', '-c', file]);
  return (JSON.parse(stdout) as { schedules: unknown[] }).schedules.length;
};

story('What goes wrong beside a connector in Kibana is said there, and costs no documents', {
  'a table that is gone is an error, and its documents stay': async () => {
    await sync();
    expect(await stage.count()).toBe(70);
    await stage.database.sql('drop table notes');
    const job = await sync('error');
    expect(job['error']).toMatch(/RelationMissing|RelationsFailed/u);
    expect(job['error']).toContain('notes');
    expect(job['error']).toContain('--forget');
    expect(await stage.count()).toBe(70);
    await stage.untilConnector({ last_sync_status: 'error', status: 'error', last_sync_error: job['error'] });
  },
  'its red mark goes with the next sync that completes': async () => {
    await stage.database.sql(`create table notes (id int primary key, text text);
      insert into notes select n, 'note ' || n from generate_series(1, 20) n`);
    await sync();
    await stage.untilConnector({
      last_sync_status: 'completed',
      last_sync_error: null,
      status: 'connected',
      error: null,
    });
  },
  'an active rule whose query no longer works is an error, and its documents stay': async () => {
    await stage.person.draft(
      stage.id,
      [],
      [{ tables: ['goods'], query: 'select id, name from goods', id_columns: ['id'] }],
    );
    const isActive = async () => {
      const [rules] = (await stage.person.connector(stage.id))['filtering'] as { active: Document }[];
      return JSON.stringify(rules?.active).includes('select id, name');
    };
    await eventually('the rule is in force', isActive);
    await stage.person.configure(stage.id, stage.typed({ tables: 'notes' }));
    await stage.untilConnector({ status: 'connected' });
    await runCommand(['sync', stage.id, '--full', '--forget', 'public.notes', '--allow-mass-delete', '-c', file]);
    const before = await stage.count();
    expect(before).toBeGreaterThan(0);
    await stage.database.sql('alter table goods rename column name to label');
    expect((await sync('error'))['error']).toContain('name');
    expect(await stage.count()).toBe(before);
    await stage.database.sql('alter table goods rename column label to name');
    await stage.person.draft(stage.id, []);
    await eventually('no rule is in force', async () => !(await isActive()));
    await stage.person.configure(stage.id, stage.typed({ tables: 'goods' }));
    await stage.untilConnector({ status: 'connected' });
  },
  'a job that waits for a lock is canceled within seconds': async () => {
    await stage.database.sql(`update goods set name = name || '!'`);
    const lock = await lockTables(stage.database, 'goods');
    const jobId = await stage.person.sync(stage.id);
    await stage.untilJob(jobId, 'in_progress');
    const asked = Date.now();
    await stage.person.cancel(jobId);
    await stage.untilJob(jobId, 'canceled');
    expect(Date.now() - asked).toBeLessThan(6_000);
    await lock.release();
    await stage.untilConnector({ last_sync_status: 'canceled', status: 'connected', error: null });
  },
  'a pending job that is canceled is not run; a suspended one is; `jobs list` shows those that wait': async () => {
    await stage.database.sql(`update goods set name = name || '!'`);
    const release = await stage.blockWrites();
    const [running, canceled, suspended] = [
      await stage.person.sync(stage.id),
      await stage.person.sync(stage.id),
      await stage.person.sync(stage.id),
    ];
    await stage.untilJob(running, 'in_progress');
    const { stdout } = await runCommand(['jobs', 'list', stage.id, '--json', '-c', file]);
    const { jobs } = JSON.parse(stdout) as { jobs: readonly Document[] };
    expect(jobs.filter(({ status }) => status === 'pending').map(({ sync_job: id }) => id)).toEqual([
      suspended,
      canceled,
    ]);
    expect(jobs.find(({ status }) => status === 'running')).toMatchObject({ sync_job: running });
    await stage.person.cancel(canceled);
    await stage.person.change(suspended, { status: 'suspended' });
    await release();
    await stage.untilJob(running, 'completed');
    await stage.untilJob(suspended, 'completed');
    expect(await stage.person.job(canceled)).toMatchObject({ status: 'canceled', metadata: {} });
  },
  'a job is canceled in the middle of a copy': async () => {
    await stage.database.sql(`insert into goods select n, repeat('x', 500) from generate_series(1000, 400000) n`);
    const jobId = await stage.person.sync(stage.id);
    const isCounted = async () => Number((await stage.person.job(jobId))['indexed_document_count']) > 0;
    await eventually('documents were counted', isCounted, 90_000);
    await stage.person.cancel(jobId);
    const asked = Date.now();
    const job = await stage.untilJob(jobId, 'canceled');
    expect(Date.now() - asked).toBeLessThan(6_000);
    expect(job['indexed_document_count']).toBeGreaterThan(0);
    expect(job['indexed_document_count']).toBeLessThan(399_000);
    await stage.database.sql('delete from goods where id >= 1000');
    const refused = await sync('error');
    expect(refused['error']).toContain(`pgferry sync ${stage.id} --allow-mass-delete`);
    const { code } = await runCommand(['sync', stage.id, '--allow-mass-delete', '-c', file]);
    expect(code).toBe(0);
  },
  'what the person changes while jobs run is kept, and no end is lost': async () => {
    const stop = new AbortController();
    const editing = (async () => {
      for (let edit = 0; !stop.signal.aborted; edit += 1) await stage.person.edit(stage.id, { name: `Goods ${edit}` });
    })();
    for (let round = 0; round < 3; round += 1) await sync('completed', 'incremental');
    stop.abort();
    await editing;
    await stage.untilConnector({ last_sync_status: 'completed', status: 'connected', error: null });
    expect((await stage.person.connector(stage.id))['name']).toMatch(/^Goods \d+$/u);
  },
  'the time that a schedule wanted is the one that is kept': async () => {
    await stage.person.schedule(stage.id, { incremental: { enabled: true, interval: '0/5 * * * * ?' } });
    const readInstant = async () => (await stage.person.connector(stage.id))['last_incremental_sync_scheduled_at'];
    await eventually('a scheduled sync has begun', async () => typeof (await readInstant()) === 'string');
    expect(Date.parse((await readInstant()) as string) % 5_000).toBe(0);
  },
  'deleted softly it has no schedules, and its jobs are not run; made again they are': async () => {
    await stage.person.edit(stage.id, { deleted: true });
    await eventually('its schedules are gone', async () => (await schedules()) === 0);
    await eventually('no job runs', async () => {
      const jobs = await stage.person.jobs(stage.id);
      return jobs.every(({ status }) => !['in_progress', 'canceling'].includes(String(status)));
    });
    const jobId = await stage.person.sync(stage.id);
    await stage.person.edit(stage.id, { deleted: false });
    await stage.untilJob(jobId, 'completed', 60_000);
    await eventually('its schedule is back', async () => (await schedules()) === 1);
    await stage.person.schedule(stage.id, { incremental: { enabled: false, interval: '0/5 * * * * ?' } });
    await eventually('its schedules are gone', async () => (await schedules()) === 0);
  },
  'detached and attached elsewhere it writes there, and the old index stays': async () => {
    await stage.person.attach(stage.id, null);
    const before = await stage.count();
    const other = `${stage.index}-other`;
    await stage.person.attach(stage.id, other);
    await sync();
    await stage.elasticsearch.indices.refresh({ index: other });
    expect((await stage.elasticsearch.count({ index: other })).count).toBe(50);
    expect(await stage.count()).toBe(before);
    await deleteIndices(stage.elasticsearch, other);
    await stage.person.attach(stage.id, stage.index);
  },
});
