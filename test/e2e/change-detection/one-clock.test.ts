import type { SyncPlan } from '../../../src/sync/sync-plan';
import { expectInStep, readDocuments } from '../../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

const HOUR_MS = 3_600_000;

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`create table t (id int primary key, v text);
    insert into t select i, 'v' from generate_series(1, 99) as i`);
  connector = syncs.connect(database.url);
});
afterEach(async () => {
  jest.useRealTimers();
  await database.drop();
});
afterAll(async () => {
  await syncs.stop();
});

/** Microseconds since 1970, as PostgreSQL has it. */
async function readClock(): Promise<number> {
  const [row] = await database.sql(`select (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as now`);
  return Number(row?.['now']);
}

async function readVersions(): Promise<{ readonly oldest: number; readonly newest: number }> {
  const versions = (await readDocuments(connector, 'public.t')).map(({ version }) => version);
  return { oldest: Math.min(...versions), newest: Math.max(...versions) };
}

/** A plan as 0.1.0 made it for the first sync of an index, by the clock of its worker. */
const plannedBy010 =
  (aheadMs: number) =>
  (plan: SyncPlan): SyncPlan => ({ ...plan, job: { ...plan.job, version: (Date.now() + aheadMs) * 1_000 } });

/** Sets this process's clock, and nothing else that time goes by. */
function setWorkersClock(aheadMs: number): void {
  const keep = ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;
  const timers = ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const;
  jest.useFakeTimers({ doNotFake: [...keep, ...timers], advanceTimers: true, now: Date.now() + aheadMs });
}

describe.each([
  ['ahead', HOUR_MS],
  ['behind', -HOUR_MS],
])('of a worker whose clock is an hour %s', (_, aheadMs) => {
  test('a sync’s versions are PostgreSQL’s time all the same', async () => {
    const before = await readClock();
    setWorkersClock(aheadMs);
    await connector.sync();
    const { oldest, newest } = await readVersions();
    expect(oldest).toBeGreaterThan(before);
    expect(newest).toBeLessThan(await readClock());
  });

  test('an index that 0.1.0 wrote is brought up to date by the next sync, and the next', async () => {
    connector.hook({ onPlan: plannedBy010(aheadMs) });
    await connector.sync();
    const { newest } = await readVersions();
    expect(Math.abs(newest - (await readClock()) - aheadMs * 1_000)).toBeLessThan(HOUR_MS * 100);
    connector.hook({});
    await database.sql(`update t set v = 'new' where id in (7, 8); delete from t where id = 9`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 2, deleted: 1 });
    await expectInStep(connector, database.sql);
    expect((await readVersions()).newest).toBeGreaterThan(newest);
    await database.sql(`insert into t values (9, 'again'); update t set v = 'newer' where id = 7`);
    await database.sql('vacuum full t');
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 99, deleted: 0 });
    await expectInStep(connector, database.sql);
  });

  test('a sync of 0.1.0 that was broken off is made up for', async () => {
    connector.hook({ onPlan: plannedBy010(aheadMs), before: { finishSync: () => Promise.reject(new Error('cut')) } });
    await expect(connector.sync()).rejects.toThrow('cut');
    connector.hook({});
    await database.sql(`update t set v = 'new' where id = 7; delete from t where id = 9`);
    await connector.sync('incremental');
    await expectInStep(connector, database.sql);
  });

  test.each([
    ['its index is rebuilt', () => connector.sync('full', { rebuild: true })],
    [
      'its index is deleted',
      async () => {
        const found = await connector.elasticsearch.indices.get({ index: connector.index });
        await connector.elasticsearch.indices.delete({ index: Object.keys(found) });
        return connector.sync();
      },
    ],
  ])('dead letters of 0.1.0 are tried again when %s', async (_case, syncAnew) => {
    connector.configure({ limits: { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000, maxRowBytes: 5_000 } });
    await database.sql(`insert into t values (100, repeat('x', 9000)), (101, repeat('x', 9000))`);
    connector.hook({ onPlan: plannedBy010(aheadMs) });
    expect(await connector.sync()).toMatchObject({ rejected: 2 });
    connector.hook({});
    await database.sql(`update t set v = 'short' where id = 100; delete from t where id = 101`);
    expect(await syncAnew()).toMatchObject({ rejected: 0 });
    await expectInStep(connector, database.sql);
    const { count } = await connector.elasticsearch.count({ index: `${connector.index}-rejected` });
    expect(count).toBe(0);
  });
});
