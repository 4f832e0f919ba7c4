import { runCommand, type RunningCommand } from '../../../support/command-line';
import { type ConnectorApi, startConnectorApi } from '../../../support/connector-protocol/connector-api';
import type { Document } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { elasticsearchUrl } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { story } from '../../../support/story';

let stage: Stage;
let worker: RunningCommand;
let file: string;
let api: ConnectorApi | undefined;

async function begin(url?: string): Promise<void> {
  const table = 'create table goods (id int primary key, name text)';
  stage = await setStage(`${table}; insert into goods select n, 'item ' || n from generate_series(1, 100) n`, {
    ...(url === undefined ? {} : { api: url }),
  });
  file = stage.writeFile();
  worker = await stage.startWorker(file);
}

afterEach(async () => {
  await stage.close();
  await api?.close();
});

/** Lets no sync write its documents until the returned function is called. */
async function holdSyncs(): Promise<() => Promise<void>> {
  await stage.database.sql(`update goods set name = name || '!'`);
  return stage.blockWrites();
}

const goodsRule = (query: string) => [{ tables: ['goods'], query, id_columns: ['id'] }];

const LIFE = {
  'its form appears, with the features of pgferry': async () => {
    const connector = await stage.untilConnector({ status: 'needs_configuration' });
    expect(Object.keys(connector['configuration'] as Document)).toEqual(
      expect.arrayContaining(['host', 'port', 'ssl_ca', 'ssl_mode']),
    );
    expect(connector['features']).toMatchObject({ incremental_sync: { enabled: true } });
    expect(connector['last_seen']).toBeDefined();
  },
  'a wrong password is its error, with the cause and without the password': async () => {
    await stage.person.configure(stage.id, stage.typed({ username: 'nobody_of_that_name' }));
    const connector = await stage.untilConnector({ status: 'error' });
    expect(connector['error']).toContain('nobody_of_that_name');
    expect(connector['error']).not.toContain(stage.secret);
  },
  'put right it is connected': async () => {
    await stage.person.configure(stage.id, stage.typed());
    expect((await stage.untilConnector({ status: 'connected' }))['error']).toBeNull();
  },
  '"Sync" begins at once, and ends with its counts': async () => {
    const started = Date.now();
    const jobId = await stage.person.sync(stage.id);
    const job = await stage.untilJob(jobId, 'completed');
    const waitedMs = Date.parse(String(job['started_at'])) - started;
    expect(waitedMs).toBeLessThan(10_000);
    expect(job).toMatchObject({ indexed_document_count: 100, total_document_count: 100, error: null });
    expect(await stage.untilConnector({ last_sync_status: 'completed', status: 'connected' })).toMatchObject({
      last_indexed_document_count: 100,
      last_sync_error: null,
    });
    expect(await stage.elasticsearch.indices.existsAlias({ name: stage.index })).toBe(false);
    expect(await stage.count()).toBe(100);
  },
  'an incremental sync writes what has changed': async () => {
    await stage.database.sql(`update goods set name = 'new' where id <= 3; delete from goods where id = 100`);
    const job = await stage.untilJob(await stage.person.sync(stage.id, 'incremental'), 'completed');
    expect(job).toMatchObject({ indexed_document_count: 3, job_type: 'incremental' });
  },
  'a broken snippet is invalid, at the snippet; the rules that are in force stay': async () => {
    await stage.person.draft(stage.id, [], goodsRule('select * frm goods'));
    await eventually('the draft is judged', async () => (await draftOf())['state'] === 'invalid');
    expect((await draftOf())['errors']).toMatchObject([{ ids: ['advanced_snippet'] }]);
    expect(JSON.stringify(await activeOf())).not.toContain('frm');
  },
  'a good one comes into force by itself': async () => {
    await stage.person.draft(stage.id, [], goodsRule('select * from goods where id <= 50'));
    await eventually('the draft is in force', async () => JSON.stringify(await activeOf()).includes('id <= 50'));
    expect((await draftOf())['state']).toBe('valid');
    await stage.person.draft(stage.id, []);
    await eventually('no rule is in force', async () => !JSON.stringify(await activeOf()).includes('id <= 50'));
  },
  'a sync of the command line is in its history': async () => {
    const { code, stderr } = await runCommand(['sync', stage.id, '--incremental', '-c', file]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [job] = await stage.person.jobs(stage.id);
    expect(job).toMatchObject({ trigger_method: 'on_demand', job_type: 'incremental' });
    await stage.untilJob(job?.id ?? '', 'completed');
  },
  'a schedule starts syncs, until it is off': async () => {
    await stage.person.schedule(stage.id, { incremental: { enabled: true, interval: '0/2 * * * * ?' } });
    await eventually('a scheduled sync has ended', async () => {
      const jobs = await stage.person.jobs(stage.id);
      return jobs.some((job) => job['trigger_method'] === 'scheduled' && job['status'] === 'completed');
    });
    expect((await stage.person.connector(stage.id))['last_incremental_sync_scheduled_at']).toBeDefined();
    await stage.person.schedule(stage.id, { incremental: { enabled: false, interval: '0/2 * * * * ?' } });
    await eventually('the schedule is gone', async () => {
      const { stdout } = await runCommand(['schedule', 'list', '--json', '-c', file]);
      return (JSON.parse(stdout) as { schedules: unknown[] }).schedules.length === 0;
    });
    await stage.untilConnector({ last_sync_status: 'completed' });
  },
  'a job that runs is canceled within seconds, one that waits runs afterwards': async () => {
    const release = await holdSyncs();
    const jobId = await stage.person.sync(stage.id);
    await stage.untilJob(jobId, 'in_progress');
    const waiting = await stage.person.sync(stage.id);
    const asked = Date.now();
    await stage.person.cancel(jobId);
    const job = await stage.untilJob(jobId, 'canceled');
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(job['canceled_at']).toBeDefined();
    await release();
    await stage.untilJob(waiting, 'completed');
    await stage.untilConnector({ last_sync_status: 'completed', error: null });
  },
  'a job goes on after its only worker was killed': async () => {
    const release = await holdSyncs();
    const jobId = await stage.person.sync(stage.id);
    await stage.untilJob(jobId, 'in_progress');
    worker.child.kill('SIGKILL');
    await worker.finished;
    await release();
    worker = await stage.startWorker(file);
    await stage.untilJob(jobId, 'completed', 60_000);
    await stage.untilConnector({ last_sync_status: 'completed' });
  },
  'a job that is deleted while it runs stops': async () => {
    const release = await holdSyncs();
    const jobId = await stage.person.sync(stage.id);
    await stage.untilJob(jobId, 'in_progress');
    await stage.person.deleteJob(jobId);
    const connector = await stage.untilConnector({ last_sync_status: 'error' });
    expect(connector['last_sync_error']).toContain('deleted');
    await release();
    await stage.untilJob(await stage.person.sync(stage.id), 'completed');
    await stage.untilConnector({ last_sync_status: 'completed', last_sync_error: null, status: 'connected' });
  },
  'what others overwrite is put back': async () => {
    const connector = await stage.person.connector(stage.id);
    await stage.person.overwrite(stage.id, { ...connector, features: {}, last_seen: undefined });
    await eventually(
      'the features are back',
      async () => 'incremental_sync' in ((await stage.person.connector(stage.id))['features'] as Document),
    );
  },
  'it says that it is gone from its index when that is detached, and nothing is left when it is deleted': async () => {
    await stage.person.attach(stage.id, null);
    await stage.untilConnector({ status: 'connected' });
    await stage.person.deleteConnector(stage.id);
    expect(worker.stderr()).not.toContain(stage.secret);
  },
};

/** The same steps, each of which says what it took. */
function timed(steps: Readonly<Record<string, () => Promise<void>>>): Record<string, () => Promise<void>> {
  const entries = Object.entries(steps).map(([step, run]) => {
    const runTimed = async () => {
      const started = performance.now();
      await run();
      process.stdout.write(`${((performance.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${step}\n`);
    };
    return [step, runTimed] as const;
  });
  return Object.fromEntries(entries);
}

story('A connector lives and dies by documents, where there is no Connector API', {
  'a person makes it': () => begin(),
  ...timed(LIFE),
});

story('A connector lives and dies by the Connector API, where there is one', {
  'a person makes it': async () => {
    api = await startConnectorApi(elasticsearchUrl());
    await begin(api.url);
  },
  ...timed(LIFE),
});

async function rulesOf(which: 'draft' | 'active'): Promise<Document> {
  const [filtering] = (await stage.person.connector(stage.id))['filtering'] as Document[];
  return filtering?.[which] as Document;
}

async function draftOf(): Promise<Document> {
  return (await rulesOf('draft'))['validation'] as Document;
}

function activeOf(): Promise<Document> {
  return rulesOf('active');
}
