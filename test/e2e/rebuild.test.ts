import { ApplicationFailure } from '@temporalio/common';

import { expectInStep, readDocuments } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`create table t (id int primary key, v text);
    insert into t select i, 'old' from generate_series(1, 100) as i`);
  connector = syncs.connect(database.url);
});
afterEach(async () => {
  await database.drop();
});
afterAll(async () => {
  await syncs.stop();
});

/** The indices of the connector, and which of them its alias names. */
async function indices(): Promise<{ readonly all: string[]; readonly serving: string[] }> {
  const { elasticsearch, index } = connector;
  const found = await elasticsearch.indices.get({ index: `${index}*`, expand_wildcards: 'all' });
  const serving = Object.entries(found).filter(([, { aliases = {} }]) => aliases[index] !== undefined);
  return { all: Object.keys(found), serving: serving.map(([name]) => name) };
}

const rebuild = () => connector.sync('full', { rebuild: true });
const fail = () => Promise.reject(ApplicationFailure.nonRetryable('broken off by the test', 'TestFailure'));

describe('a rebuild', () => {
  test('serves the new index at once and deletes the old one', async () => {
    await connector.sync();
    const before = await indices();
    await database.sql(`update t set v = 'new'`);
    // Searches never fail, nor find a part of it only: all old rows or all new ones.
    let isRunning = true;
    const seen = new Set<string>();
    const watch = async () => {
      while (isRunning) {
        const rows = await readDocuments(connector, 'public.t');
        seen.add(`${rows.length} ${[...new Set(rows.map(({ row }) => row['v']))].join(' and ')}`);
      }
    };
    const watching = watch();
    expect(await rebuild()).toMatchObject({ indexed: 100, deleted: 0 });
    isRunning = false;
    await watching;
    expect([...seen].filter((what) => what !== '100 old' && what !== '100 new')).toEqual([]);
    const after = await indices();
    expect(after.serving).not.toEqual(before.serving);
    expect(after.all).toEqual(after.serving);
    await expectInStep(connector, database.sql);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0 });
  });

  test.each(['copyPartitions', 'finishSync'] as const)(
    'that fails before %s leaves the old index serving and none of its own, and the next sync goes on from there',
    async (step) => {
      await connector.sync();
      const before = await indices();
      await database.sql(`update t set v = 'new' where id = 7`);
      connector.hook({ before: { [step]: fail } });
      const [serving = ''] = before.serving;
      const told = new RegExp(`broken off.* new index ${connector.index}-\\S+ was removed.* ${serving} serves on`, 'u');
      await expect(rebuild()).rejects.toThrow(told);
      connector.hook({});
      expect(await indices()).toEqual(before);
      expect(await connector.sync('incremental')).toMatchObject({ indexed: 1 });
      await expectInStep(connector, database.sql);
    },
  );

  test('that is cancelled leaves none of its own, either', async () => {
    await connector.sync();
    const before = await indices();
    const handle = await connector.start('full', { rebuild: true });
    connector.hook({
      before: {
        catchUpRelations: async () => {
          await handle.cancel();
        },
      },
    });
    await expect(handle.result()).rejects.toThrow();
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    connector.hook({});
    expect(await indices()).toEqual(before);
  });

  describe('is refused before it reads a row', () => {
    const refuse = async (message: RegExp) => {
      let copied = false;
      connector.hook({
        before: {
          copyPartitions: () => {
            copied = true;
            return Promise.resolve();
          },
        },
      });
      const before = await indices();
      await expect(rebuild()).rejects.toMatchObject({
        type: 'InvalidConfig',
        message: expect.stringMatching(message) as string,
      });
      expect(copied).toBe(false);
      expect(await indices()).toEqual(before);
    };

    test('where index_name is an index itself, which an alias can not replace without deleting it', async () => {
      await connector.elasticsearch.indices.create({ index: connector.index });
      await connector.sync();
      await refuse(/is an index, not an alias/);
      await expectInStep(connector, database.sql);
    });

    test('where the index holds documents of others, which would be lost', async () => {
      await connector.sync();
      await connector.elasticsearch.index({ index: connector.index, id: 'by hand', document: { title: 'of others' } });
      await refuse(/holds 1 document/);
    });
  });
});
