import { setTimeout as sleep } from 'node:timers/promises';

import type { RunningCommand } from '../../../support/command-line';
import { type Document, newConnector } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage, untilDocument } from '../../../support/connector-protocol/stage';
import { deleteIndices } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { story } from '../../../support/story';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NAMES = ['odd', 'bare', 'mistyped', 'cron', 'shared', 'long', 'slow', 'dead'] as const;
type Name = (typeof NAMES)[number];

let stage: Stage;
let worker: RunningCommand;
let ids: Readonly<Record<Name, string>>;

beforeAll(async () => {
  stage = await setStage(`create table goods (id int primary key, name text);
    insert into goods select n, 'item ' || n from generate_series(1, 20) n`);
  const made = NAMES.map(async (name) => [name, await stage.person.create({ index_name: indexOf(name) })] as const);
  ids = Object.fromEntries(await Promise.all(made)) as Record<Name, string>;
  worker = await stage.startWorker(stage.writeFile({ others: Object.values(ids) }));
  for (const id of [stage.id, ...Object.values(ids)]) {
    await until(id, { status: 'needs_configuration' });
    await stage.person.configure(id, stage.typed());
    await until(id, { status: 'connected' });
  }
});

afterAll(async () => {
  const { person, elasticsearch } = stage;
  for (const [name, id] of Object.entries(ids)) {
    await person.deleteConnector(id).catch(() => undefined);
    for (const job of await person.jobs(id)) await person.deleteJob(job.id);
    if (name !== 'shared') await deleteIndices(elasticsearch, indexOf(name as Name));
  }
  await stage.close();
});

function indexOf(name: Name): string {
  return name === 'shared' ? stage.index : `${stage.index}-${name}`;
}

function until(id: string, expected: Document, timeoutMs = MINUTE_MS): Promise<Document> {
  return untilDocument('connector', () => stage.person.connector(id), expected, timeoutMs);
}

async function errorOf(name: Name): Promise<string> {
  return String((await until(ids[name], { status: 'error' }))['error']);
}

async function syncs(id: string): Promise<Document> {
  return stage.untilJob(await stage.person.sync(id), 'completed', MINUTE_MS);
}

/** A job that another service runs, whose clock is an hour behind. */
async function startForeign(id: string): Promise<string> {
  const jobId = await stage.person.sync(id);
  const past = new Date(Date.now() - HOUR_MS).toISOString();
  const claimed = { status: 'in_progress', started_at: past, last_seen: past, worker_hostname: 'theirs' };
  await stage.person.change(jobId, claimed);
  await stage.person.edit(id, { last_sync_status: 'in_progress' });
  return jobId;
}

story('What is wrong with one connector is its own error, and the others go on', {
  'a job of another service is left alone while it changes, whatever its clock says': async () => {
    const jobId = await startForeign(ids.slow);
    for (let beat = 0; beat < 5; beat += 1) {
      await sleep(5_000);
      expect(await stage.person.job(jobId)).toMatchObject({ status: 'in_progress' });
      await stage.person.change(jobId, { last_seen: new Date(Date.now() - HOUR_MS + beat).toISOString() });
    }
    await stage.person.change(jobId, { status: 'completed', completed_at: new Date().toISOString() });
    await stage.person.edit(ids.slow, { last_sync_status: 'completed' });
    await syncs(ids.slow);
  },
  'one that is created an hour from now runs now, and a sign of life from then is no hindrance': async () => {
    const future = new Date(Date.now() + HOUR_MS).toISOString();
    await stage.person.edit(ids.slow, { last_seen: future });
    const jobId = await stage.person.sync(ids.slow);
    await stage.person.change(jobId, { created_at: future, last_seen: future });
    await stage.untilJob(jobId, 'completed', MINUTE_MS);
  },
  'a document of a shape that nobody knows gets its form, and says what is missing': async () => {
    const wrong = { host: 'text', port: { value: [1, 2] }, tables: { label: 7, value: {} }, schema: null, ssl_ca: [] };
    const document = newConnector({ index_name: indexOf('odd'), name: 7, configuration: wrong });
    const odd = {
      ...document,
      filtering: 'none',
      scheduling: [{}],
      pipeline: 3,
      features: 'all',
      status: 'configured',
    };
    await stage.person.overwrite(ids.odd, odd);
    expect(await errorOf('odd')).toMatch(/'Host' cannot be empty|'Username' cannot be empty/u);
  },
  'one without rules, schedules and pipeline is synced': async () => {
    const { filtering, scheduling, pipeline, ...bare } = await stage.person.connector(ids.bare);
    expect([filtering, scheduling, pipeline]).toHaveLength(3);
    await stage.person.overwrite(ids.bare, bare);
    expect(await syncs(ids.bare)).toMatchObject({ indexed_document_count: 20 });
    await until(ids.bare, { status: 'connected', error: null });
  },
  'values of wrong types are told by the names of their fields': async () => {
    await stage.person.configure(ids.mistyped, stage.typed({ port: 'abc', ssl_enabled: 'perhaps' }));
    const error = await errorOf('mistyped');
    expect(error).toContain("'Port'");
    expect(error).toContain("'Enable SSL verification'");
  },
  'a cron text that Kibana takes and Temporal has no words for is told': async () => {
    await stage.person.schedule(ids.cron, { full: { enabled: true, interval: '0 0 0 L * ?' } });
    await stage.person.configure(ids.cron, stage.typed());
    expect(await errorOf('cron')).toMatch(/schedule of full syncs.*L/u);
  },
  'two connectors of one index each keep their own documents': async () => {
    await syncs(stage.id);
    await syncs(ids.shared);
    expect(await stage.count()).toBe(40);
  },
  'an error longer than a keyword may be is cut, and written': async () => {
    const tables = Array.from({ length: 4_000 }, (_, n) => `no_such_table_of_the_name_${n}`).join(', ');
    await stage.person.configure(ids.long, stage.typed({ tables }));
    const error = await errorOf('long');
    expect(error).toContain('no_such_table');
    expect(Buffer.byteLength(error)).toBeLessThan(2_100);
    const job = await stage.untilJob(await stage.person.sync(ids.long), 'error', MINUTE_MS);
    expect(Buffer.byteLength(String(job['error']))).toBeLessThan(2_100);
  },
  'while the index of connectors can only be read the worker says so, and goes on afterwards': async () => {
    const block = (blocked: boolean) =>
      stage.elasticsearch.indices.putSettings({
        index: '.elastic-connectors-v1',
        settings: { 'index.blocks.write': blocked },
      });
    const jobId = await stage.person.sync(stage.id);
    await block(true);
    try {
      await eventually('it is said', () => /changing \S+ in \.elastic-connectors/u.test(worker.stderr()), MINUTE_MS);
    } finally {
      await block(false);
    }
    await stage.untilJob(jobId, 'completed', 2 * MINUTE_MS);
  },
  'a job of a service that has died is ended after five minutes, and the next one runs': async () => {
    const jobId = await startForeign(ids.dead);
    const started = Date.now();
    const next = await stage.person.sync(ids.dead);
    const job = await stage.untilJob(jobId, 'error', 7 * MINUTE_MS);
    expect(Date.now() - started).toBeGreaterThan(4 * MINUTE_MS);
    expect(job['error']).toContain('not been heard of for five minutes');
    await stage.untilJob(next, 'completed', MINUTE_MS);
  },
});
