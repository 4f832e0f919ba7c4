import { type RunningCommand, startCommand } from '../../../support/command-line';
import { connectElasticsearch } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { isAlive } from '../../../support/is-alive';
import { createOwnUp, newDataFolder, type OwnUp, processesOf } from '../../../support/own-up';

const elasticsearch = connectElasticsearch();

let own: OwnUp;
/** What a test that failed leaves behind. */
const running = new Set<RunningCommand>();

beforeAll(async () => {
  own = await createOwnUp(200_000);
});

afterEach(async () => {
  for (const { child, finished } of running) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await finished;
  }
  running.clear();
});

afterAll(async () => {
  await elasticsearch.close();
  await own.close();
});

/** Documents that were ever written to the index. */
async function countWritten(): Promise<number> {
  const { indices = {} } = await elasticsearch.indices.stats({ index: `${own.index}*`, metric: 'indexing' });
  return Object.values(indices).reduce((sum, { primaries }) => sum + (primaries?.indexing?.index_total ?? 0), 0);
}

/** Starts `up`, and a sync of rows that have all changed, which has written some of them. */
async function startSyncing(data: string): Promise<RunningCommand> {
  await own.database.sql("update item set label = label || '.'");
  const up = await own.start(data);
  running.add(up);
  const before = await countWritten();
  expect((await own.run('sync', '--full', '--detach')).code).toBe(0);
  await eventually('the sync writes', async () => (await countWritten()) > before, 120_000);
  return up;
}

async function expectCompleted(): Promise<void> {
  const shown = await own.run('jobs', 'show', '--follow');
  expect(shown.code).toBe(0);
  expect((await own.run('verify')).stderr).toContain('no difference');
}

describe('pgferry up, in the middle of a sync', () => {
  test.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
  ] as const)(
    'ends by %s together with its server, and the sync is completed by the next one',
    async (signal, code) => {
      const data = newDataFolder();
      const up = await startSyncing(data);
      const pids = processesOf(data);
      up.child.kill(signal);
      expect(await up.finished).toMatchObject({ code });
      expect(pids.filter(isAlive)).toEqual([]);
      const next = await own.start(data);
      running.add(next);
      await expectCompleted();
      next.child.kill('SIGTERM');
      expect(await next.finished).toMatchObject({ code: 0 });
    },
  );

  test('ends at once by a second signal, loses nothing by it, and leaves no server behind', async () => {
    const data = newDataFolder();
    const up = await startSyncing(data);
    const pids = processesOf(data);
    up.child.kill('SIGTERM');
    up.child.kill('SIGTERM');
    await up.finished;
    await eventually('its server has ended, too', () => pids.every((pid) => !isAlive(pid)));
    const next = await own.start(data);
    running.add(next);
    await expectCompleted();
    next.child.kill('SIGTERM');
    await next.finished;
  });

  test('reads its file again by SIGHUP, and outlives it while it starts and stops', async () => {
    const data = newDataFolder();
    const up = startCommand(own.args(data));
    running.add(up);
    await eventually('it starts', () => up.stderr().includes('Temporal'));
    up.child.kill('SIGHUP');
    await eventually('it works', () => up.stderr().includes('Schedules: '), 180_000);
    const before = up.stderr().length;
    up.child.kill('SIGHUP');
    await eventually('it has read its file again', () => up.stderr().length > before);
    up.child.kill('SIGTERM');
    up.child.kill('SIGHUP');
    expect(await up.finished).toMatchObject({ code: 0 });
  });
});
