import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';

import { runCommand } from '../command-line';
import { eventually } from '../eventually';
import { type ActName, ACTS, createPast, hasEnded, type Life, setSchedule } from './acts';
import { type JobWatch, watchJobs } from './job-states';
import { judgeJobs } from './judge-jobs';
import { setStage } from './stage';

/** Something that is done, and how long nothing else is after it. */
export interface Step {
  readonly act: ActName;
  readonly pick: number;
  readonly pauseMs: number;
}

const MOST_STEPS = 40;
/** Done more often than the others. */
const OFTEN: readonly ActName[] = [
  'sync',
  'sync',
  'sync',
  'sync changes',
  'cancel',
  'change rows',
  'change rows',
  'kill',
];

export const drawLives: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom(...(Object.keys(ACTS) as ActName[]), ...OFTEN),
    pick: fc.nat(1_000),
    pauseMs: fc.nat(1_500),
  }),
  { minLength: 1, maxLength: MOST_STEPS, size: 'max' },
);

/** What happened in a life, and what was wrong with it. */
export interface PlayedLife {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

const QUIET_MS = 120_000;

/** Plays a life from the creation of a connector until all is quiet, and judges it all along. */
export async function playLife(steps: readonly Step[]): Promise<PlayedLife> {
  const stage = await setStage(`create table goods (id int primary key, name text);
    insert into goods select n, 'item ' || n from generate_series(1, 200) n`);
  const [lines, problems]: [string[], string[]] = [[], []];
  const pending: Promise<unknown>[] = [];
  const started = performance.now();
  const say = (line: string) =>
    lines.push(`${((performance.now() - started) / 1_000).toFixed(1)} s (${new Date().toISOString()}): ${line}`);
  try {
    const file = stage.writeFile();
    const worker = await stage.startWorker(file);
    const life: Life = { stage, file, worker, pending, past: createPast() };
    await stage.untilConnector({ status: 'needs_configuration' });
    await stage.person.configure(stage.id, stage.typed());
    const watch = watchJobs();
    for (const { act, pick, pauseMs } of steps) {
      say(act);
      await ACTS[act](life, pick);
      problems.push(...(await lookFor(life, watch, pauseMs)));
      if (problems.length > 0) return { lines, problems };
    }
    say('quiet');
    problems.push(...(await judgeQuiet(life)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await Promise.allSettled(pending);
    await stage.close();
  }
  return { lines, problems };
}

/** Looks at the jobs for a while: no end is taken back, and no two run at a time. */
async function lookFor({ stage: { person, id } }: Life, watch: JobWatch, ms: number): Promise<readonly string[]> {
  const until = Date.now() + ms;
  do {
    const wrong = watch.look(await person.jobs(id));
    if (wrong.length > 0) return wrong;
    await sleep(100);
  } while (Date.now() < until);
  return [];
}

/** Puts everything right, syncs once more, and looks at all that is left of the life. */
async function judgeQuiet({ stage, file, past, pending }: Life): Promise<string[]> {
  await Promise.all(pending);
  const { person, id } = stage;
  await person.configure(id, stage.typed());
  await setSchedule(stage, false);
  await person.draft(id, []);
  await eventually('every job has ended', async () => (await person.jobs(id)).every(hasEnded), QUIET_MS);
  const hasRule = async () => JSON.stringify((await person.connector(id))['filtering']).includes('select');
  await eventually('the rules are taken back', async () => !(await hasRule()), QUIET_MS);
  await stage.untilConnector({ status: 'connected', error: null }, QUIET_MS);
  const jobId = await person.sync(id);
  past.asked.add(jobId);
  const last = await stage.untilJob(jobId, 'completed', QUIET_MS);
  await stage.untilConnector({
    ...{ status: 'connected', error: null, last_sync_status: 'completed', last_sync_error: null },
    last_indexed_document_count: last['indexed_document_count'],
    last_deleted_document_count: last['deleted_document_count'],
  });
  const [rows] = await stage.database.sql('select count(*)::int from goods');
  const counts = [rows?.['count'], await stage.count(), last['total_document_count']];
  const { code, stderr } = await runCommand(['verify', id, '-c', file]);
  return [
    ...judgeJobs(await person.jobs(id), past),
    ...(new Set(counts).size === 1 ? [] : [`rows, documents and the job's total differ: ${counts.join(', ')}`]),
    ...(code === 0 ? [] : [`verify found something: ${stderr}`]),
  ];
}
