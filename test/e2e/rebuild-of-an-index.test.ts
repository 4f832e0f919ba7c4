import { ApplicationFailure } from '@temporalio/common';

import { expectInStep } from '../support/expect-in-step';
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

/** What has the connector's name, and every index that is there because of it. */
async function standing(): Promise<{ readonly all: string[]; readonly aliases: Record<string, string[]> }> {
  const { elasticsearch, index } = connector;
  const found = await elasticsearch.indices.get({ index: `${index}*`, expand_wildcards: 'all' });
  const aliases = Object.entries(found).map(([name, content]) => [name, Object.keys(content.aliases ?? {})] as const);
  return { all: Object.keys(found), aliases: Object.fromEntries(aliases) };
}

/** An index as Kibana makes it: under the name itself, with a setting and an alias of its own; synced once. */
async function makeIndex(): Promise<void> {
  const { elasticsearch, index } = connector;
  await elasticsearch.indices.create({
    index,
    settings: { 'index.max_result_window': 12_345, 'index.number_of_replicas': 0 },
    aliases: { [`all-${index}`]: {} },
  });
  await connector.sync();
}

/** Searches without a pause while something runs: milliseconds in which they failed, and all numbers that they found. */
async function searchDuring(action: () => Promise<unknown>): Promise<{ failedMs: number; found: number[] }> {
  const { elasticsearch, index } = connector;
  let isRunning = true;
  let [failedMs, last] = [0, performance.now()];
  const found = new Set<number>();
  const search = async () => {
    while (isRunning) {
      const answer = await elasticsearch.count({ index }).catch(() => undefined);
      const now = performance.now();
      if (answer?._shards.failed === 0) found.add(answer.count);
      else failedMs += now - last;
      last = now;
    }
  };
  const searching = search();
  try {
    await action();
  } finally {
    isRunning = false;
    await searching;
  }
  return { failedMs, found: [...found] };
}

describe('an index_name that is an index', () => {
  beforeEach(makeIndex);

  test('is not rebuilt before somebody has chosen what becomes of the name', async () => {
    const before = await standing();
    await expect(connector.sync('full', { rebuild: true })).rejects.toMatchObject({
      type: 'InvalidConfig',
      message: expect.stringMatching(/is an index, not an alias.*--rebuild-as index.*--rebuild-as alias/su) as string,
    });
    expect(await standing()).toEqual(before);
  });

  test('as an alias: no search fails, and everything comes along', async () => {
    const { index, elasticsearch } = connector;
    await database.sql(`update t set v = 'new'; delete from t where id = 1`);
    const seen = await searchDuring(() => connector.sync('full', { rebuildAs: 'alias' }));
    expect(seen).toEqual({ failedMs: 0, found: [100, 99] });
    const { all, aliases } = await standing();
    expect(all).toHaveLength(1);
    expect(all).not.toContain(index);
    expect(aliases[all[0] ?? '']).toEqual([`all-${index}`, index]);
    const settings = await elasticsearch.indices.getSettings({ index, flat_settings: true });
    expect(Object.values(settings)[0]?.settings).toMatchObject({ 'index.max_result_window': '12345' });
    await expectInStep(connector, database.sql);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0 });
  });

  test('as an index again: for a moment there is none of the name, and everything comes along', async () => {
    const { index, elasticsearch } = connector;
    await database.sql(`update t set v = 'new'; delete from t where id = 1`);
    const { failedMs, found } = await searchDuring(() => connector.sync('full', { rebuildAs: 'index' }));
    process.stdout.write(`no index of the name for ${Math.round(failedMs)} ms\n`);
    expect(failedMs).toBeLessThan(10_000);
    expect(found).toEqual([100, 99]);
    expect(await standing()).toEqual({ all: [index], aliases: { [index]: [`all-${index}`] } });
    const settings = await elasticsearch.indices.getSettings({ index, flat_settings: true });
    expect(settings[index]?.settings).toMatchObject({ 'index.max_result_window': '12345' });
    expect(settings[index]?.settings).not.toHaveProperty(['index.blocks.write']);
    await expectInStep(connector, database.sql);
    // It is known by the state that was saved: nothing is read again.
    await database.sql(`update t set v = 'newer' where id = 2`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 1, deleted: 0 });
    await expectInStep(connector, database.sql);
    expect(await connector.sync('full', { rebuildAs: 'index' })).toMatchObject({ indexed: 99 });
    expect(await standing()).toEqual({ all: [index], aliases: { [index]: [`all-${index}`] } });
    await expectInStep(connector, database.sql);
  });

  test('serves on, and nothing else is left, where its rebuild fails', async () => {
    const before = await standing();
    const fail = () => Promise.reject(ApplicationFailure.nonRetryable('broken off by the test', 'TestFailure'));
    connector.hook({ before: { finishSync: fail } });
    const told = new RegExp(`was removed, nothing was swapped\\. ${connector.index} serves on`, 'u');
    await expect(connector.sync('full', { rebuildAs: 'index' })).rejects.toThrow(told);
    connector.hook({});
    expect(await standing()).toEqual(before);
    await expectInStep(connector, database.sql);
  });

  test('is not deleted with documents of others in it', async () => {
    const before = await standing();
    await connector.elasticsearch.index({ index: connector.index, id: 'by hand', document: { title: 'of others' } });
    await expect(connector.sync('full', { rebuildAs: 'alias' })).rejects.toThrow(/holds 1 document/u);
    expect(await standing()).toEqual(before);
  });
});

test('an index_name that is an alias can become an index', async () => {
  await connector.sync();
  expect(await connector.sync('full', { rebuildAs: 'index' })).toMatchObject({ indexed: 100 });
  expect(await standing()).toMatchObject({ all: [connector.index] });
  await expectInStep(connector, database.sql);
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0 });
});

test('an index_name that is an alias with a filter becomes no index, which could not have it', async () => {
  await connector.sync();
  const before = await standing();
  const [index = ''] = before.all;
  const filtered = { index, alias: connector.index, is_write_index: true, filter: { term: { table: 't' } } };
  await connector.elasticsearch.indices.updateAliases({ actions: [{ add: filtered }] });
  await expect(connector.sync('full', { rebuildAs: 'index' })).rejects.toThrow(/has a filter, or a routing/u);
  expect(await standing()).toEqual(before);
  expect(await connector.sync('full', { rebuildAs: 'alias' })).toMatchObject({ indexed: 100 });
});

test('an index_name that is an index without any alias can be rebuilt time after time', async () => {
  const { elasticsearch, index } = connector;
  await elasticsearch.indices.create({ index });
  await connector.sync();
  for (const [at, rebuildAs] of (['index', 'alias', 'alias', 'index', 'index'] as const).entries()) {
    await database.sql(`delete from t where id = ${at + 1}`);
    const { failedMs, found } = await searchDuring(() => connector.sync('full', { rebuildAs }));
    if (rebuildAs === 'alias') expect(failedMs).toBe(0);
    expect(found).toEqual([100 - at, 99 - at]);
    const { all } = await standing();
    expect(all).toHaveLength(1);
    expect(all.includes(index)).toBe(rebuildAs === 'index');
    await expectInStep(connector, database.sql);
  }
});
