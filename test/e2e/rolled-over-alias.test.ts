import { connectorEntry } from '../support/configuration-file';
import { connectElasticsearch } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { startSyncs, type Syncs } from '../support/start-syncs';
import { startSyncHarness, type SyncHarness } from '../support/sync-harness';

const elasticsearch = connectElasticsearch();
let harness: SyncHarness;
let syncs: Syncs;
let database: TestDatabase;

beforeAll(async () => {
  [harness, syncs, database] = await Promise.all([startSyncHarness(), startSyncs(), createDatabase()]);
  await database.sql(
    `create table t (id int primary key, v text); insert into t select i, 'old' from generate_series(1, 9) as i`,
  );
});
beforeEach(() => database.sql(`update t set v = 'old'`));
afterAll(async () => {
  await Promise.all([harness.stop(), syncs.stop()]);
  await database.drop();
  await elasticsearch.close();
});

async function countBehind(index: string): Promise<number> {
  await elasticsearch.indices.refresh({ index });
  return (await elasticsearch.count({ index })).count;
}

async function putBack(alias: string): Promise<void> {
  const [index = ''] = Object.keys(await elasticsearch.indices.getAlias({ name: alias }));
  await elasticsearch.indices.updateAliases({ actions: [{ add: { index, alias, is_write_index: true } }] });
}

describe('an alias that was rolled over', () => {
  test('is not written through, by a sync of any kind, nor verified: both indices are named', async () => {
    const entry = connectorEntry(database);
    await harness.sync(entry);
    const alias = entry.index_name;
    const before = Object.keys(await elasticsearch.indices.getAlias({ name: alias }))[0] ?? '';
    await elasticsearch.indices.rollover({ alias, new_index: `${alias}-next` });
    await database.sql(`update t set v = 'new'`);
    const told = {
      type: 'DestinationChanged',
      message: expect.stringContaining(`${before}, ${alias}-next (written)`) as string,
    };
    await expect(harness.sync(entry, { jobType: 'incremental' })).rejects.toMatchObject(told);
    await expect(harness.sync(entry, { options: { rebuild: true } })).rejects.toMatchObject(told);
    await expect(harness.verify(entry)).rejects.toMatchObject(told);
    expect(await harness.check(entry)).toEqual([expect.objectContaining(told)]);
    expect(await countBehind(`${alias}-next`)).toBe(0);
    const [{ _source: first = {} } = {}] = (await elasticsearch.search<Record<string, unknown>>({ index: before })).hits
      .hits;
    expect(first['public_t_v']).toBe('old');
    await elasticsearch.indices.delete({ index: `${alias}-next` });
    // What is left is an alias that takes no writes.
    await expect(harness.sync(entry)).rejects.toMatchObject({
      type: 'DestinationChanged',
      message: expect.stringContaining(`takes no writes: on ${before}`) as string,
    });
    await putBack(alias);
    await harness.sync(entry, { jobType: 'incremental' });
    expect(await harness.verify(entry)).toMatchObject({ differences: [] });
  });

  test('while a sync runs ends it before its watermarks are saved', async () => {
    const connector = syncs.connect(database.url);
    await connector.sync();
    await database.sql(`update t set v = 'newer'`);
    connector.hook({
      before: {
        finishSync: async () => {
          await elasticsearch.indices.rollover({ alias: connector.index, new_index: `${connector.index}-next` });
        },
      },
    });
    await expect(connector.sync('incremental')).rejects.toMatchObject({
      type: 'DestinationChanged',
      message: expect.stringContaining(`${connector.index}-next (written)`) as string,
    });
    connector.hook({});
    await elasticsearch.indices.delete({ index: `${connector.index}-next` });
    await putBack(connector.index);
    expect(await connector.sync('incremental')).toMatchObject({ status: 'completed' });
  });
});
