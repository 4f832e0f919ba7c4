import { readJson } from '../support/command-line';
import { eventually } from '../support/eventually';
import { createHeldConnector, type HeldConnector } from '../support/held-connector';

let held: HeldConnector;

beforeEach(async () => {
  held = await createHeldConnector();
});
afterEach(async () => {
  await held.close();
});

/** What nobody may see who ends a command: the insides of libraries. */
const INSIDES = /Channel has been shut down|node_modules|Unexpected|\n\s+at /u;
/** The seconds that docs/operations.md promises: what is held would go on for ever. */
const STOP_MS = 20_000;

describe('a job that runs', () => {
  test('is shown, paused at a checkpoint, resumed from it and followed to its end', async () => {
    const { ask, show, rows } = held;
    await held.startWorker();
    await ask('sync', '--detach');
    await held.untilHeld();
    const running = await show();
    expect(running).toMatchObject({ status: 'running', phase: 'copy', paused: false });
    const [item] = running.relations;
    expect(item).toMatchObject({ relation: 'public.item', rate: expect.any(Number) as number });
    expect(item?.indexed).toBeGreaterThan(0);
    expect(item?.indexed).toBeLessThan(rows);

    expect(readJson(await ask('jobs', 'pause', '--json'))).toMatchObject({ status: 'paused' });
    await eventually('nothing runs any more', async () => (await show()).pending.length === 0);
    expect(await show()).toMatchObject({ status: 'running', paused: true });

    const follower = held.start('jobs', 'show', '--follow', '--json');
    held.release();
    await ask('jobs', 'resume');
    const end = await follower.finished;
    expect(end.code).toBe(0);
    expect(readJson(end)).toMatchObject({ status: 'completed', relations: [{ read: rows, indexed: rows }] });
    // Rows before the checkpoint were not sent again.
    expect(await held.writes()).toBe(rows);
    expect((await ask('verify')).code).toBe(0);
    await eventually('it is listed', async () => {
      const list = await ask('jobs', 'list', '--json', '--status', 'completed', '--since', '1h');
      const { jobs } = readJson<{ jobs: readonly { indexed: number }[] }>(list);
      return jobs.length === 1 && jobs[0]?.indexed === rows;
    });
    expect(readJson(await ask('jobs', 'list', '--json', '--status', 'failed'))).toEqual({ jobs: [] });
  });

  test('is cancelled within seconds; its index is valid, with its own settings, and the next sync completes it', async () => {
    const { run, ask } = held;
    await held.startWorker();
    await ask('sync', '--detach');
    await held.untilHeld();
    expect(await held.loadingSettings()).toEqual(['-1']);
    const cancelled = await ask('jobs', 'cancel', '--json');
    expect(readJson(cancelled)).toMatchObject({ status: 'cancelled' });
    expect(cancelled.durationMs).toBeLessThan(STOP_MS);
    expect(await held.loadingSettings()).toEqual([]);
    await eventually('the list says how far it got', async () => {
      const list = await ask('jobs', 'list', '--json', '--status', 'cancelled');
      const { jobs } = readJson<{ jobs: readonly { indexed: number }[] }>(list);
      return (jobs[0]?.indexed ?? 0) > 0;
    });
    held.release();
    expect(readJson(await run('sync', '--json'))).toMatchObject({ status: 'completed' });
    expect((await ask('verify')).code).toBe(0);
    expect((await ask('jobs', 'cancel')).stderr).toMatch(/no sync of .* is running/u);
  });
});

describe('Ctrl-C', () => {
  test('cancels the sync that the command started, says how far it got, and ends within seconds', async () => {
    const sync = held.start('sync');
    await held.untilHeld();
    const before = performance.now();
    sync.child.kill('SIGINT');
    const { code, stderr } = await sync.finished;
    expect(performance.now() - before).toBeLessThan(STOP_MS);
    expect(stderr).toMatch(/so far: [\d,]{3,} indexed/u);
    expect(stderr).toMatch(/was cancelled\n {2}→ .*next sync/u);
    expect(stderr).not.toMatch(INSIDES);
    expect(code).toBe(130);
    expect(await held.loadingSettings()).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves a job alone that is only followed, and says how to go on: %s',
    async (signal) => {
      await held.startWorker();
      await held.ask('sync', '--detach');
      await held.untilHeld();
      const followers = [held.start('sync', '--incremental'), held.start('jobs', 'show', '--follow')];
      for (const { stderr } of followers) await eventually('it follows', () => stderr().includes('copy'));
      expect(followers[0]?.stderr()).toMatch(/a full sync of \S+ is running already/u);
      for (const { child } of followers) child.kill(signal);
      for (const { finished } of followers) {
        const { code, stderr } = await finished;
        expect(stderr).toMatch(/goes on/u);
        expect(stderr).toMatch(/pgferry jobs show \S+ --follow/u);
        expect(stderr).not.toMatch(INSIDES);
        expect(code).toBe(130);
      }
      expect((await held.show()).status).toBe('running');
      await held.ask('jobs', 'cancel');
    },
  );
});

describe('two workers', () => {
  test.each([
    ['stopped', 'SIGTERM', 0],
    ['killed', 'SIGKILL', null],
  ] as const)(
    'share a sync, and one goes on from the checkpoint of the other when that is %s',
    async (_, signal, code) => {
      const first = await held.startWorker();
      await held.ask('sync', '--detach');
      await held.untilHeld();
      const startSecond = () => held.startWorker();
      if (signal === 'SIGTERM') await startSecond();
      first.child.kill(signal);
      expect((await first.finished).code).toBe(code);
      // One that starts after a kill takes over at once; one that runs waits for the heartbeats to be missed.
      if (signal === 'SIGKILL') await startSecond();
      held.release();
      const end = await held.run('jobs', 'show', '--follow', '--json');
      expect(readJson(end)).toMatchObject({
        status: 'completed',
        relations: [{ read: held.rows, indexed: held.rows }],
      });
      expect(await held.writes()).toBe(held.rows);
      expect((await held.ask('verify')).code).toBe(0);
    },
  );
});
