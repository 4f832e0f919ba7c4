import { setTimeout as sleep } from 'node:timers/promises';

import { createRandom, type Random } from '../../../soak/random';
import { runCommand, type RunningCommand } from '../../../support/command-line';
import { type JobWatch, watchJobs } from '../../../support/connector-protocol/job-states';
import type { Document } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { eventually } from '../../../support/eventually';

/** `PGFERRY_KIBANA_WAYS=20 PGFERRY_KIBANA_SEED=7` goes on, and repeats. */
const WAYS = Number(process.env['PGFERRY_KIBANA_WAYS'] ?? 3);
const SEED = Number(process.env['PGFERRY_KIBANA_SEED'] ?? Date.now() % 1_000_000);
const ACTS = 25;

const RULE = [{ tables: ['goods'], query: 'select * from goods where id % 2 = 0', id_columns: ['id'] }];
const BROKEN = [{ tables: ['goods'], query: 'select * frm goods', id_columns: ['id'] }];
const EVERY_SECONDS = '0/4 * * * * ?';

/** A way through a connector's life, and what it takes. */
interface Way {
  readonly stage: Stage;
  readonly file: string;
  worker: RunningCommand;
  readonly random: Random;
}

const ended = (job: Document) => ['completed', 'error', 'canceled'].includes(String(job['status']));

/** Everything that a person, another program or bad luck may do. */
const ACTIONS: Readonly<Record<string, (way: Way) => Promise<unknown>>> = {
  sync: ({ stage }) => stage.person.sync(stage.id),
  'sync changes': ({ stage }) => stage.person.sync(stage.id, 'incremental'),
  cancel: async ({ stage, random }) => {
    const live = (await stage.person.jobs(stage.id)).filter((job) => !ended(job));
    if (live.length > 0) await stage.person.cancel(random.pick(live).id);
  },
  'delete a job': async ({ stage, random }) => {
    const jobs = await stage.person.jobs(stage.id);
    if (jobs.length > 0) await stage.person.deleteJob(random.pick(jobs).id);
  },
  configure: ({ stage }) => stage.person.configure(stage.id, stage.typed()),
  'configure wrongly': ({ stage }) => stage.person.configure(stage.id, stage.typed({ database: 'nowhere' })),
  draft: ({ stage }) => stage.person.draft(stage.id, [], RULE),
  'draft wrongly': ({ stage }) => stage.person.draft(stage.id, [], BROKEN),
  'take the draft back': ({ stage }) => stage.person.draft(stage.id, []),
  schedule: ({ stage }) => schedule(stage, true),
  'schedule no more': ({ stage }) => schedule(stage, false),
  'write the whole connector back': async ({ stage }) => {
    const connector = await stage.person.connector(stage.id);
    await sleep(300);
    await stage.person.overwrite(stage.id, connector);
  },
  'delete softly, and take it back': async ({ stage }) => {
    await stage.person.edit(stage.id, { deleted: true });
    await sleep(2_000);
    await stage.person.edit(stage.id, { deleted: false });
  },
  'change rows': ({ stage }) =>
    stage.database.sql(`update goods set name = name || '.' where id % 5 = 0;
      insert into goods select max(id) + 1, 'new' from goods; delete from goods where id = (select min(id) from goods)`),
  kill: async (way) => {
    way.worker.child.kill('SIGKILL');
    await way.worker.finished;
    way.worker = await way.stage.startWorker(way.file);
  },
};

function schedule({ person, id }: Stage, enabled: boolean): Promise<void> {
  return person.schedule(id, { incremental: { enabled, interval: EVERY_SECONDS } });
}

test.each(Array.from({ length: WAYS }, (_, way) => SEED + way))(
  'whatever is done in whatever order, all is well when it is quiet: way %i',
  async (seed) => {
    const random = createRandom(seed);
    const stage = await setStage(`create table goods (id int primary key, name text);
      insert into goods select n, 'item ' || n from generate_series(1, 200) n`);
    try {
      const file = stage.writeFile();
      const way: Way = { stage, file, random, worker: await stage.startWorker(file) };
      await stage.untilConnector({ status: 'needs_configuration' });
      await stage.person.configure(stage.id, stage.typed());
      const jobs = watchJobs();
      for (let done = 0; done < ACTS; done += 1) {
        const [name, act] = random.pick(Object.entries(ACTIONS));
        process.stdout.write(`${name}, `);
        await act(way);
        await watchFor(stage, jobs, random.between(0, 1_500));
      }
      process.stdout.write('\n');
      await expectQuiet(way);
    } finally {
      await stage.close();
    }
  },
);

/** Looks at the jobs for a while: no end is taken back, and no two run at a time. */
async function watchFor({ person, id }: Stage, jobs: JobWatch, ms: number): Promise<void> {
  const until = Date.now() + ms;
  do {
    expect(jobs.look(await person.jobs(id))).toEqual([]);
    await sleep(100);
  } while (Date.now() < until);
}

async function expectQuiet({ stage, file }: Way): Promise<void> {
  const { person, id } = stage;
  await person.configure(id, stage.typed());
  await schedule(stage, false);
  await person.draft(id, []);
  const readJobs = () => person.jobs(id);
  await eventually('every job has ended', async () => (await readJobs()).every(ended), 120_000);
  await eventually(
    'the rules are taken back',
    async () => !JSON.stringify((await person.connector(id))['filtering']).includes('select'),
    60_000,
  );
  await stage.untilConnector({ status: 'connected', error: null }, 60_000);
  const last = await stage.untilJob(await person.sync(id), 'completed', 60_000);
  await stage.untilConnector({
    status: 'connected',
    last_sync_status: 'completed',
    last_sync_error: null,
    error: null,
  });
  const [rows] = await stage.database.sql('select count(*)::int from goods');
  expect(await stage.count()).toBe(rows?.['count']);
  expect(last).toMatchObject({ total_document_count: rows?.['count'] });
  const jobs = await readJobs();
  expect(jobs.filter((job) => !ended(job) || typeof job['completed_at'] !== 'string')).toEqual([]);
  const { code, stderr } = await runCommand(['verify', id, '-c', file]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
}
