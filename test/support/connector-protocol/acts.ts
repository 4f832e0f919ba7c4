import { setTimeout as sleep } from 'node:timers/promises';

import type { RunningCommand } from '../command-line';
import { type Document, newConnector } from './new-documents';
import type { Stage } from './stage';

/** The life of a connector, and who serves it. */
export interface Life {
  readonly stage: Stage;
  readonly file: string;
  worker: RunningCommand;
  /** What ends by itself after a while. */
  readonly pending: Promise<unknown>[];
  /** What has happened so far that the end of a job may come from. */
  readonly past: Past;
}

/** What a judge of jobs has to know of what was done. */
export interface Past {
  /** Jobs that a person has asked for. */
  readonly asked: Set<string>;
  /** Jobs that a person has cancelled, or may have. */
  readonly canceled: Set<string>;
  /** Jobs that a person has deleted. */
  readonly deleted: Set<string>;
  /** When the connector was not there, from and to, in milliseconds since 1970. */
  readonly gone: (readonly [number, number])[];
  /** Whether a schedule was on at any time. */
  wasScheduled: boolean;
  /** Whether advanced rules were drafted at any time: no incremental sync goes on by others than the last full one. */
  hadRules: boolean;
}

export function createPast(): Past {
  return { asked: new Set(), canceled: new Set(), deleted: new Set(), gone: [], wasScheduled: false, hadRules: false };
}

/** The name of a database that isn't there. */
export const NOWHERE = 'nowhere';

const RULE = [{ tables: ['goods'], query: 'select * from goods where id % 2 = 0', id_columns: ['id'] }];
const BROKEN = [{ tables: ['goods'], query: 'select * frm goods', id_columns: ['id'] }];
const HOLD_MS = 4_000;
const EVERY_SECONDS = '0/4 * * * * ?';

/** Whether a job has ended. */
export function hasEnded({ status }: Document): boolean {
  return ['completed', 'error', 'canceled'].includes(String(status));
}

/**
 * Everything that a person, another program or bad luck may do with a connector, by its name in a story.
 * @param pick - chooses among things of which there are several
 */
export const ACTS = {
  sync: (life) => sync(life, 'full'),
  'sync changes': (life) => sync(life, 'incremental'),
  cancel: async (life, pick) => {
    const job = choose(await liveJobs(life), pick);
    if (job !== undefined) await cancel(life, job.id);
  },
  'cancel all syncs': async (life) => {
    const { person, id } = life.stage;
    for (const job of await liveJobs(life)) if (job['status'] !== 'canceling') await cancel(life, job.id);
    await person.edit(id, { last_sync_status: 'canceled', last_access_control_sync_status: 'canceled' });
  },
  'delete a job': async ({ stage: { person, id }, past }, pick) => {
    const job = choose(await person.jobs(id), pick);
    if (job === undefined) return;
    past.deleted.add(job.id);
    await person.deleteJob(job.id);
  },
  configure: ({ stage }) => stage.person.configure(stage.id, stage.typed()),
  'configure wrongly': ({ stage }) => stage.person.configure(stage.id, stage.typed({ database: NOWHERE })),
  draft: ({ stage, past }) => {
    past.hadRules = true;
    return stage.person.draft(stage.id, [], RULE);
  },
  'draft wrongly': ({ stage }) => stage.person.draft(stage.id, [], BROKEN),
  'take the draft back': ({ stage }) => stage.person.draft(stage.id, []),
  schedule: async (life) => {
    life.past.wasScheduled = true;
    await setSchedule(life.stage, true);
  },
  'schedule no more': ({ stage }) => setSchedule(stage, false),
  'write the whole connector back': async ({ stage: { person, id } }) => {
    const connector = await person.connector(id);
    await sleep(300);
    await person.overwrite(id, connector);
  },
  'detach, and attach again': async ({ stage: { person, id, index } }) => {
    await person.attach(id, null);
    await sleep(1_000);
    await person.attach(id, index);
  },
  'delete softly, and take it back': (life) => {
    const { person, id } = life.stage;
    return withoutConnector(life, async () => {
      await person.edit(id, { deleted: true });
      await sleep(2_000);
      await person.edit(id, { deleted: false });
    });
  },
  'delete it, and make it anew': (life) => {
    const { person, id, index, typed } = life.stage;
    return withoutConnector(life, async () => {
      await person.deleteConnector(id);
      await sleep(2_000);
      await person.overwrite(id, newConnector({ index_name: index }));
      await life.stage.untilConnector({ status: 'needs_configuration' });
      await person.configure(id, typed());
    });
  },
  'change rows': ({ stage }) =>
    stage.database.sql(`update goods set name = name || '.' where id % 5 = 0;
      insert into goods select max(id) + 1, 'new' from goods; delete from goods where id = (select min(id) from goods)`),
  'keep syncs waiting for a while': async ({ stage: { elasticsearch, index }, pending }) => {
    const block = (blocked: boolean) =>
      elasticsearch.indices.putSettings({ index, settings: { 'index.blocks.write': blocked } }, { ignore: [404] });
    await block(true);
    pending.push(sleep(HOLD_MS).then(() => block(false)));
  },
  kill: async (life) => {
    life.worker.child.kill('SIGKILL');
    await life.worker.finished;
    life.worker = await life.stage.startWorker(life.file);
  },
} as const satisfies Record<string, (life: Life, pick: number) => Promise<unknown>>;

export type ActName = keyof typeof ACTS;

export function setSchedule({ person, id }: Pick<Stage, 'person' | 'id'>, enabled: boolean): Promise<void> {
  return person.schedule(id, { incremental: { enabled, interval: EVERY_SECONDS } });
}

async function sync({ stage: { person, id }, past }: Life, jobType: string): Promise<void> {
  past.asked.add(await person.sync(id, jobType));
}

/** Before it is done: a job may end by it while it is. */
async function cancel({ stage: { person }, past }: Life, jobId: string): Promise<void> {
  past.canceled.add(jobId);
  await person.cancel(jobId);
}

async function liveJobs({ stage: { person, id } }: Life) {
  return (await person.jobs(id)).filter((job) => !hasEnded(job));
}

function choose<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items.length === 0 ? undefined : items[pick % items.length];
}

async function withoutConnector({ past }: Life, during: () => Promise<void>): Promise<void> {
  const from = Date.now();
  await during();
  past.gone.push([from, Date.now()]);
}
