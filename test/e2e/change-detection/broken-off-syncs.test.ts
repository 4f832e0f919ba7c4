import { ApplicationFailure } from '@temporalio/common';

import { expectInStep, readDocuments } from '../../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`create table t (id int primary key, v text, pad text);
    insert into t select i, 'v', repeat('x', 800) from generate_series(1, 99) as i`);
  connector = syncs.connect(database.url);
});
afterEach(async () => {
  await database.drop();
});
afterAll(async () => {
  await syncs.stop();
});

const breakOff = () => Promise.reject(ApplicationFailure.nonRetryable('broken off by the test', 'TestFailure'));

describe('a sync that was broken off is made up for by the next one, with nothing changed in between,', () => {
  test('when it was the first copy of a table', async () => {
    connector.hook({ betweenBlocks: breakOff });
    await expect(connector.sync()).rejects.toThrow('broken off');
    connector.hook({});
    await connector.sync('incremental');
    await expectInStep(connector, database.sql);
  });

  test('when it copied a table again that was rewritten', async () => {
    await connector.sync();
    await database.sql(`update t set v = 'new' where id >= 50`);
    await database.sql('vacuum (full, freeze) t');
    connector.hook({ betweenBlocks: breakOff });
    await expect(connector.sync('incremental')).rejects.toThrow('broken off');
    connector.hook({});
    await connector.sync('incremental');
    await expectInStep(connector, database.sql);
  });

  test('when it had read what changed, but not yet said so', async () => {
    await connector.sync();
    await database.sql(`update t set v = 'new' where id = 7; delete from t where id = 8`);
    connector.hook({ before: { finishSync: breakOff } });
    await expect(connector.sync('incremental')).rejects.toThrow('broken off');
    connector.hook({});
    await connector.sync('incremental');
    await expectInStep(connector, database.sql);
  });
});

describe('after the worker’s clock was set back', () => {
  beforeAll(() => {
    const allButDate = [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
    ] as const;
    const timers = ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const;
    jest.useFakeTimers({ doNotFake: [...allButDate, ...timers], advanceTimers: true });
  });
  afterAll(() => {
    jest.useRealTimers();
  });

  test('a sync’s writes are newer than those of the last one all the same', async () => {
    const now = Date.now();
    jest.setSystemTime(now + 3_600_000);
    await connector.sync();
    const [before] = await readDocuments(connector, 'public.t');
    expect(before?.version).toBeGreaterThan((now + 3_000_000) * 1_000);
    jest.setSystemTime(now);
    await database.sql(`update t set v = 'new' where id in (7, 8); delete from t where id = 9`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 2, deleted: 1 });
    await expectInStep(connector, database.sql);
  });
});
