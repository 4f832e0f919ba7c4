import { runCommand, type RunningCommand } from '../../support/command-line';
import { connectorEntry, uniqueTaskQueue, writeConfiguration } from '../../support/configuration-file';
import { asPerson, type Document, type Person } from '../../support/connector-protocol/person';
import { ensureProtocolIndices } from '../../support/connector-protocol/protocol-indices';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { story } from '../../support/story';
import { startWorkerProcess, stopCommand } from '../../support/worker-process';

const elasticsearch = connectElasticsearch();
const index = uniqueIndex('kibana');
const SECRET = 'hunter2-of-the-connector';
let database: TestDatabase;
let person: Person;
let worker: RunningCommand;
let file: string;
let id: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`create table goods (id int primary key, name text);
    insert into goods select n, 'item ' || n from generate_series(1, 100) n`);
  person = asPerson(elasticsearch);
  await ensureProtocolIndices(elasticsearch);
  id = await person.create({ name: 'Goods', index_name: index });
  file = writeConfiguration({
    connectors: [{ connector_id: id, service_type: 'postgresql' } as never],
    temporal: { task_queue: uniqueTaskQueue() },
  });
  worker = await startWorkerProcess(file, '--log-level', 'info');
});

afterAll(async () => {
  await stopCommand(worker);
  await person.deleteConnector(id).catch(() => undefined);
  await deleteIndices(elasticsearch, index);
  await elasticsearch.close();
  await database.drop();
});

/** The values that a person types into the form. */
function typed(values: Document = {}): Document {
  const { host, port, username, password, database: name } = connectorEntry(database).configuration;
  return {
    ...{ host, port: String(port), username, password: password === '' ? SECRET : password, database: name },
    ...{ schema: 'public', tables: '*', ssl_enabled: false, ssl_ca: '', ...values },
  };
}

async function untilConnector(expected: Document, timeoutMs?: number): Promise<Document> {
  let found: Document = {};
  await eventually(
    `the connector is ${JSON.stringify(expected)}`,
    async () => {
      found = await person.connector(id);
      return Object.entries(expected).every(([key, value]) => found[key] === value);
    },
    timeoutMs,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify({ ...found, configuration: undefined })}`);
  });
  return found;
}

async function untilJob(jobId: string, status: string, timeoutMs?: number): Promise<Document> {
  let found: Document = {};
  await eventually(
    `the job is ${status}`,
    async () => {
      found = await person.job(jobId);
      return found['status'] === status;
    },
    timeoutMs,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify({ ...found, connector: undefined })}`);
  });
  return found;
}

async function count(): Promise<number> {
  await elasticsearch.indices.refresh({ index });
  return (await elasticsearch.count({ index })).count;
}

/** Lets no sync write its documents until the returned function is called. */
async function holdSyncs(): Promise<() => Promise<void>> {
  await database.sql(`update goods set name = name || '!'`);
  const block = (blocked: boolean) =>
    elasticsearch.indices.putSettings({ index, settings: { 'index.blocks.write': blocked } });
  await block(true);
  return async () => {
    await block(false);
  };
}

const goodsRule = (query: string) => [{ tables: ['goods'], query, id_columns: ['id'] }];

story('A connector that is made in Kibana is configured, synced, scheduled, cancelled and deleted there', {
  'its form appears, with the features of pgferry': async () => {
    const connector = await untilConnector({ status: 'needs_configuration' });
    expect(Object.keys(connector['configuration'] as Document)).toEqual(
      expect.arrayContaining(['host', 'port', 'ssl_ca', 'ssl_mode']),
    );
    expect(connector['features']).toMatchObject({ incremental_sync: { enabled: true } });
    expect(connector['last_seen']).toBeDefined();
  },
  'a wrong password is its error, with the cause and without the password': async () => {
    await person.configure(id, typed({ username: 'nobody_of_that_name' }));
    const connector = await untilConnector({ status: 'error' });
    expect(connector['error']).toContain('nobody_of_that_name');
    expect(connector['error']).not.toContain(SECRET);
  },
  'put right it is connected': async () => {
    await person.configure(id, typed());
    expect((await untilConnector({ status: 'connected' }))['error']).toBeNull();
  },
  '"Sync" begins at once, and ends with its counts': async () => {
    const started = Date.now();
    const jobId = await person.sync(id);
    const job = await untilJob(jobId, 'completed');
    const waitedMs = Date.parse(String(job['started_at'])) - started;
    expect(waitedMs).toBeLessThan(10_000);
    expect(job).toMatchObject({ indexed_document_count: 100, total_document_count: 100, error: null });
    expect(await untilConnector({ last_sync_status: 'completed', status: 'connected' })).toMatchObject({
      last_indexed_document_count: 100,
      last_sync_error: null,
    });
    expect(await elasticsearch.indices.existsAlias({ name: index })).toBe(false);
    expect(await count()).toBe(100);
  },
  'an incremental sync writes what has changed': async () => {
    await database.sql(`update goods set name = 'new' where id <= 3; delete from goods where id = 100`);
    const job = await untilJob(await person.sync(id, 'incremental'), 'completed');
    expect(job).toMatchObject({ indexed_document_count: 3, job_type: 'incremental' });
  },
  'a broken snippet is invalid, at the snippet; the rules that are in force stay': async () => {
    await person.draft(id, [], goodsRule('select * frm goods'));
    await eventually('the draft is judged', async () => (await draftOf())['state'] === 'invalid');
    expect((await draftOf())['errors']).toMatchObject([{ ids: ['advanced_snippet'] }]);
    expect(JSON.stringify(await activeOf())).not.toContain('frm');
  },
  'a good one comes into force by itself': async () => {
    await person.draft(id, [], goodsRule('select * from goods where id <= 50'));
    await eventually('the draft is in force', async () => JSON.stringify(await activeOf()).includes('id <= 50'));
    expect((await draftOf())['state']).toBe('valid');
    await person.draft(id, []);
    await eventually('no rule is in force', async () => !JSON.stringify(await activeOf()).includes('id <= 50'));
  },
  'a sync of the command line is in its history': async () => {
    const { code, stderr } = await runCommand(['sync', id, '--incremental', '-c', file]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [job] = await person.jobs(id);
    expect(job).toMatchObject({ trigger_method: 'on_demand', job_type: 'incremental' });
    await untilJob(job?.id ?? '', 'completed');
  },
  'a schedule starts syncs, until it is off': async () => {
    await person.schedule(id, { incremental: { enabled: true, interval: '0/2 * * * * ?' } });
    await eventually('a scheduled sync has ended', async () => {
      const jobs = await person.jobs(id);
      return jobs.some((job) => job['trigger_method'] === 'scheduled' && job['status'] === 'completed');
    });
    expect((await person.connector(id))['last_incremental_sync_scheduled_at']).toBeDefined();
    await person.schedule(id, { incremental: { enabled: false, interval: '0/2 * * * * ?' } });
    await eventually('the schedule is gone', async () => {
      const { stdout } = await runCommand(['schedule', 'list', '--json', '-c', file]);
      return (JSON.parse(stdout) as { schedules: unknown[] }).schedules.length === 0;
    });
    await untilConnector({ last_sync_status: 'completed' });
  },
  'a job that runs is canceled within seconds, one that waits runs afterwards': async () => {
    const release = await holdSyncs();
    const jobId = await person.sync(id);
    await untilJob(jobId, 'in_progress');
    const waiting = await person.sync(id);
    const asked = Date.now();
    await person.cancel(jobId);
    const job = await untilJob(jobId, 'canceled');
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(job['canceled_at']).toBeDefined();
    await release();
    await untilJob(waiting, 'completed');
    await untilConnector({ last_sync_status: 'completed', error: null });
  },
  'a job goes on after its only worker was killed': async () => {
    const release = await holdSyncs();
    const jobId = await person.sync(id);
    await untilJob(jobId, 'in_progress');
    worker.child.kill('SIGKILL');
    await worker.finished;
    await release();
    worker = await startWorkerProcess(file, '--log-level', 'info');
    await untilJob(jobId, 'completed', 60_000);
    await untilConnector({ last_sync_status: 'completed' });
  },
  'a job that is deleted while it runs stops': async () => {
    const release = await holdSyncs();
    const jobId = await person.sync(id);
    await untilJob(jobId, 'in_progress');
    await person.deleteJob(jobId);
    const connector = await untilConnector({ last_sync_status: 'error' });
    expect(connector['last_sync_error']).toContain('deleted');
    await release();
    await untilJob(await person.sync(id), 'completed');
    await untilConnector({ last_sync_status: 'completed', last_sync_error: null, status: 'connected' });
  },
  'what others overwrite is put back': async () => {
    const connector = await person.connector(id);
    await person.overwrite(id, { ...connector, features: {}, last_seen: undefined });
    await eventually(
      'the features are back',
      async () => 'incremental_sync' in ((await person.connector(id))['features'] as Document),
    );
  },
  'it says that it is gone from its index when that is detached, and nothing is left when it is deleted': async () => {
    await person.attach(id, null);
    await untilConnector({ status: 'connected' });
    await person.deleteConnector(id);
    expect(worker.stderr()).not.toContain(SECRET);
  },
});

async function rulesOf(which: 'draft' | 'active'): Promise<Document> {
  const [filtering] = (await person.connector(id))['filtering'] as Document[];
  return filtering?.[which] as Document;
}

async function draftOf(): Promise<Document> {
  return (await rulesOf('draft'))['validation'] as Document;
}

function activeOf(): Promise<Document> {
  return rulesOf('active');
}
