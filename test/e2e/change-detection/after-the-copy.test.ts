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
  await database.sql(`
    create table t (id int primary key, v text, amount int);
    insert into t select i, 'v' || i, i from generate_series(1, 500) as i;
    create table other (id int primary key, v text);
    insert into other values (1, 'v')`);
  connector = syncs.connect(database.url);
  await connector.sync();
  // Somebody deleted documents: they are written again by the comparison.
  await deleteDocuments(1, 2, 3);
  await database.sql('delete from t where id = 500');
});
afterEach(() => database.drop());
afterAll(() => syncs.stop());

async function deleteDocuments(...keys: readonly number[]): Promise<void> {
  const { elasticsearch, index, id } = connector;
  for (const key of keys) await elasticsearch.delete({ index, id: `${id}:public.t:${key}` });
  await elasticsearch.indices.refresh({ index });
}

const CHANGES = {
  'a column was renamed': 'alter table t rename column amount to quantity',
  'a column was dropped': 'alter table t drop column amount',
  'a column got another type': 'alter table t alter amount type bigint',
  'its rows were moved': 'vacuum full t',
  'it was made again': `begin; drop table t; create table t (id int primary key, v text, amount int);
    insert into t values (1, 'again', 1), (7, 'again', 7); commit`,
} as const;

describe.each(['surveyRelations', 'compareIds'] as const)('where, just before %s,', (step) => {
  test.each(Object.entries(CHANGES))(
    '%s, the sync completes, and the next one leaves nothing to do',
    async (_, statement) => {
      let isDone = false;
      connector.hook({
        before: {
          [step]: async () => {
            if (isDone) return;
            isDone = true;
            await database.sql(statement);
          },
        },
      });
      const report = await connector.sync('full', { allowMassDelete: true });
      expect(report).toMatchObject({ status: 'completed', rejected: 0 });
      connector.hook({});
      // What needed no other reading is noticed by the next one, at the latest.
      await connector.sync('incremental', { allowMassDelete: true });
      await expectInStep(connector, database.sql);
      await expectInStep(connector, database.sql, 'public.other');
      expect(await connector.verify()).toMatchObject({ differences: [] });
      expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0 });
    },
    60_000,
  );
});

test('a table that changes each time is left alone in the end, by its name; the others are synced', async () => {
  let changes = 0;
  connector.hook({
    before: {
      surveyRelations: async () => {
        changes += 1;
        await database.sql(
          `alter table t rename column ${changes === 1 ? 'amount' : `a${changes - 1}`} to a${changes}`,
        );
        await deleteDocuments(5 + changes);
      },
    },
  });
  await database.sql(`update other set v = 'changed'`);
  await expect(connector.sync('full')).rejects.toMatchObject({
    type: 'SourceChanged',
    message: expect.stringContaining('public.t') as string,
  });
  expect(changes).toBeGreaterThan(2);
  await expectInStep(connector, database.sql, 'public.other');
  connector.hook({});
  await connector.sync();
  await expectInStep(connector, database.sql);
}, 120_000);
