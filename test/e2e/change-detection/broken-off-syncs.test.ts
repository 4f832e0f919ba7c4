import { ApplicationFailure } from '@temporalio/common';

import { expectInStep } from '../../support/expect-in-step';
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
