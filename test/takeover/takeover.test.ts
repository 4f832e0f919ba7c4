import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  type FinishedCommand,
  readJson,
  runInProcess,
  type RunningCommand,
  startCommand,
} from '../support/command-line';
import { eventually } from '../support/eventually';
import type { ShownJob } from '../support/held-connector';
import { countDocuments } from '../support/read-documents';
import { story } from '../support/story';
import type { PrintedReport } from '../support/synced-connector';
import { QUIET } from './market';
import {
  findObstacle,
  readRecorded,
  readRecordedIndices,
  RECORDED_VERSIONS,
  type TakenOver,
  takeOver,
  type WrittenIndex,
} from './recorded-version';
import { type KeptRejection, type KeptSchedule, readIndices } from './user-state';

// Servers start on data that was written elsewhere, and a worker that died is noticed by its silence.
jest.setTimeout(600_000);

const CONNECTORS = [...QUIET, 'ledger', 'visits'] as const;
/** Rows of the tables that were being copied, and how many of them were behind the checkpoint. */
const COPIED_ROWS = 2_500;
const ACKNOWLEDGED_ROWS = 1_024;
/** A scheduled sync that waits looks once a minute whether it may start. */
const LONGEST_LOOK_MS = 75_000;

/** Another run on the same machine may have the addresses for as long as it takes. */
const OPENING_MS = 420_000;

interface PrintedJob {
  readonly trigger: string;
  readonly job_type: string;
  readonly indexed: number;
}

type RecordedJob = ShownJob & { readonly run_id: string };

describe.each(RECORDED_VERSIONS)('what a user of %s has is taken over:', (version) => {
  const obstacle = findObstacle(version);
  if (obstacle !== undefined) {
    test.skip(`not here: it ${obstacle}`, () => undefined);
    return;
  }
  const recorded = readRecordedIndices(version);
  const running = readRecorded<Record<'ledger' | 'visits', RecordedJob>>(version, 'running.json');
  const rejected = readRecorded<readonly KeptRejection[]>(version, 'rejected.json');
  const schedules = readRecorded<{ listed: readonly KeptSchedule[] }>(version, 'schedules.json').listed;
  const openedAt = new Date().toISOString();
  let user: TakenOver;

  beforeAll(async () => {
    user = await takeOver(version);
  }, OPENING_MS);
  afterAll(async () => {
    // What a failed test left running would go on for ever.
    for (const { child } of commands) child.kill();
    await user.close();
  });

  /** A command that does not execute syncs, without a process of its own. */
  const ask = (...args: readonly string[]) => runInProcess([...args, '-c', user.file]);
  const askFor = async <Document>(...args: readonly string[]) => readJson<Document>(await ask(...args, '--json'));
  const commands: RunningCommand[] = [];
  const runSync = async (...args: readonly string[]) => {
    const command = startCommand([...args, '--json', '-c', user.file]);
    commands.push(command);
    return readJson<PrintedReport>(await command.finished);
  };
  const followRecorded = (connector: 'ledger' | 'visits') =>
    askFor<ShownJob>('jobs', 'show', connector, '--run', running[connector].run_id, '--follow');
  const listSchedules = async () =>
    (await askFor<{ schedules: readonly KeptSchedule[] }>('schedule', 'list')).schedules;
  const lastRunOf = async (schedule: string) => (await listSchedules()).find(({ id }) => id === schedule)?.last;
  const listRejected = async () =>
    (await askFor<{ rows: readonly KeptRejection[] }>('rejected', 'list', 'readings')).rows;
  const expectVerified = (connector: string) =>
    expect(ask('verify', connector)).resolves.toMatchObject({ code: 0 } satisfies Partial<FinishedCommand>);

  const lasting = (listed: readonly KeptSchedule[]) =>
    listed.map(({ id, interval, timezone, paused, note }) => ({ id, interval, timezone, paused, note }));

  function findIndex(isMeant: (index: WrittenIndex) => boolean): string {
    const found = Object.keys(recorded).find((name) => recorded[name] !== undefined && isMeant(recorded[name]));
    if (found === undefined) throw new Error(`no such index was recorded of ${version}`);
    return found;
  }

  /** Expects all rows, of which those before the checkpoint were not sent again. */
  async function expectKept(name: string): Promise<void> {
    expect(await countDocuments(name)).toBe(COPIED_ROWS);
    // Elasticsearch counts from its own start on.
    const { _all: all } = await user.elasticsearch.indices.stats({ index: name, metric: 'indexing' });
    expect(all.primaries?.indexing?.index_total).toBeLessThanOrEqual(COPIED_ROWS - ACKNOWLEDGED_ROWS);
  }

  story('syncs, schedules and indices go on', {
    'a paused sync is still paused': async () => {
      expect(await askFor('jobs', 'show', 'visits')).toMatchObject({ status: 'running', paused: true, pending: [] });
    },
    'a rebuild whose worker was killed goes on from its checkpoint, and its index takes the place of the old one':
      async () => {
        const job = await followRecorded('ledger');
        expect(job).toMatchObject({ status: 'completed', relations: [{ read: COPIED_ROWS, indexed: COPIED_ROWS }] });
        const name = findIndex(({ mappings, aliases }) => isMadeFor(mappings, 'ledger') && !('ledger' in aliases));
        expect(Object.keys(await user.elasticsearch.indices.get({ index: 'ledger*' }))).toEqual([name]);
        await expectKept(name);
        await expectVerified('ledger');
      },
    'the paused sync goes on from its checkpoint when it is resumed': async () => {
      expect(await askFor('jobs', 'resume', 'visits')).toMatchObject({ status: 'resumed' });
      const job = await followRecorded('visits');
      expect(job).toMatchObject({ status: 'completed', relations: [{ read: COPIED_ROWS, indexed: COPIED_ROWS }] });
      const name = findIndex(({ aliases }) => 'visits' in aliases);
      await expectKept(name);
      await expectVerified('visits');
    },
    'both indices have settings of their own again': async () => {
      const found = await user.elasticsearch.indices.getSettings({ index: 'ledger,visits', flat_settings: true });
      for (const { settings } of Object.values(found)) expect(settings).not.toHaveProperty(['index.refresh_interval']);
    },
    'dead letters are listed': async () => {
      expect(await listRejected()).toEqual(rejected);
    },
    'schedules are as they were, and those of the file: one that a person paused stays paused': async () => {
      expect(lasting(await listSchedules())).toEqual(lasting(schedules));
      // 0.1.0 does not note whose file made a schedule: that is all that becomes of them.
      const { stderr } = await ask('schedule', 'apply');
      const changes = stderr.split('\n').filter((line) => line.includes('→'));
      expect(changes).toHaveLength(schedules.length);
      for (const change of changes) expect(change).toContain('origin: none →');
      expect((await ask('schedule', 'apply')).stderr).toMatch(/nothing to change/u);
      expect(lasting(await listSchedules())).toEqual(lasting(schedules));
      const people = (await listSchedules()).find(({ connector_id: id }) => id === 'people');
      expect(people).toMatchObject({ paused: true, next: null, last: null });
    },
    'schedules that are active start syncs, in which nothing is written': async () => {
      const id = 'pgferry-tickets-incremental';
      const trigger = () => ask('schedule', 'trigger', 'tickets', '--incremental');
      await trigger();
      await eventually('a sync that it started has completed', async () => {
        const last = await lastRunOf(id);
        // The other schedule may be making up for a start that it missed since the recording.
        if (last?.status === 'skipped') await trigger();
        return last?.status === 'completed' && last.started_at > openedAt;
      });
      const job = await askFor('jobs', 'show', 'tickets');
      expect(job).toMatchObject({ trigger: 'schedule', status: 'completed', relations: [{ indexed: 0 }] });
    },
    ...forEach(
      CONNECTORS,
      (connector) => `where nothing changed, nothing is written: by syncs of ${connector}`,
      async (connector) => {
        for (const kind of ['--incremental', '--full']) {
          const { status, indexed, deleted, error } = await runSync('sync', connector, kind);
          expect({ status, indexed, deleted, error }).toEqual({ status: 'completed', indexed: 0, deleted: 0 });
        }
        await expectVerified(connector);
      },
    ),
    'where nothing changed, nothing is written: by a scheduled sync that waited for the rebuild': async () => {
      const isOver = async () => (await lastRunOf('pgferry-ledger-full'))?.status === 'completed';
      await eventually('it has completed', isOver, LONGEST_LOOK_MS);
      const { jobs } = await askFor<{ jobs: readonly PrintedJob[] }>('jobs', 'list', 'ledger', '--status', 'completed');
      expect(jobs.find(({ trigger }) => trigger === 'schedule')).toMatchObject({ job_type: 'full', indexed: 0 });
    },
    'where nothing changed, nothing is written: every document is the one that was recorded, in an index of the same name behind the same alias':
      async () => {
        const present = await readIndices(user.elasticsearch);
        for (const [name, { aliases, mappings, documents }] of Object.entries(recorded)) {
          if (/^(?:ledger|visits|.*-rejected)/u.test(name)) continue;
          expect({ name, aliases: present[name]?.aliases }).toEqual({ name, aliases });
          expect(present[name]?.documents).toEqual(documents);
          expect(present[name]?.mappings.properties).toMatchObject(mappings.properties ?? {});
        }
      },
    'what changes afterwards is made': async () => {
      // What it would start might be quicker than the syncs of the tests.
      await ask('schedule', 'pause', 'tickets');
      await user.sql(readFileSync(join(__dirname, version, 'afterwards.sql'), 'utf8'));
    },
    'what changes afterwards is followed: rows that were rejected are tried again': async () => {
      const before = await listRejected();
      const report = await runSync('rejected', 'retry', 'readings');
      expect(report).toMatchObject({ status: 'completed', rejected: before.length - 1 });
      expect(await listRejected()).toHaveLength(before.length - 1);
      await expectVerified('readings');
    },
    ...forEach(
      CONNECTORS.filter((connector) => connector !== 'readings'),
      (connector) => `what changes afterwards is followed: by an incremental sync of ${connector}`,
      async (connector) => {
        const { status, indexed, error } = await runSync('sync', connector, '--incremental');
        expect({ status, error }).toEqual({ status: 'completed' });
        expect(indexed).toBeGreaterThan(0);
        await expectVerified(connector);
      },
    ),
    'a paused schedule starts syncs again when it is resumed': async () => {
      for (const action of ['resume', 'trigger']) {
        expect(await ask('schedule', action, 'people')).toMatchObject({ code: 0 });
      }
      const scheduled = async () => (await listSchedules()).find(({ connector_id: id }) => id === 'people');
      const isOver = async () => !['running', undefined].includes((await scheduled())?.last?.status);
      await eventually('a sync that it started is over', isOver, LONGEST_LOOK_MS);
      expect(await scheduled()).toMatchObject({ paused: false, last: { status: 'completed' } });
    },
  });
});

function isMadeFor({ _meta: meta }: WrittenIndex['mappings'], alias: string): boolean {
  return meta?.['created_for'] === alias;
}

/** A step for each of several connectors. */
function forEach(
  connectors: readonly string[],
  nameOf: (connector: string) => string,
  run: (connector: string) => Promise<void>,
): Record<string, () => Promise<void>> {
  return Object.fromEntries(connectors.map((connector) => [nameOf(connector), () => run(connector)]));
}
