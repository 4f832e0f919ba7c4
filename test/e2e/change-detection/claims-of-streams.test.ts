import { ApplicationFailure } from '@temporalio/common';

import { readState, writeState } from '../../../src/elasticsearch/index/state-store';
import type { Claims } from '../../../src/sync/followed-definitions';
import type { ConnectorState } from '../../../src/sync/index-state';
import { eventually } from '../../support/eventually';
import { expectInStep } from '../../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { sourceSettings } from '../../support/source';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';
import { lockTables } from '../../support/table-lock';

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create table a_locked (id int primary key);
    create table t (id int primary key, v text, pad text) partition by range (id);
    create table t_now partition of t for values from (0) to (100);
    create table t_next (like t including all);
    insert into t select i, 'v', repeat('x', 800) from generate_series(1, 99) as i;
    insert into t_next select id, 'next', pad from t`);
  connector = syncs.connect(database.url, {
    source: sourceSettings(database, { lockTimeoutMs: 2_000 }),
    selection: { schemas: ['public'], tables: ['a_locked', 't'] },
  });
  await connector.sync();
});
afterEach(async () => {
  await database.drop();
});
afterAll(async () => {
  await syncs.stop();
});

const EXCHANGE = `alter table t detach partition t_now; alter table t attach partition t_next for values from (0) to (100)`;

/** The index that serves; a stream claims in it. */
async function concrete(): Promise<string> {
  const found = await connector.elasticsearch.indices.get({ index: connector.index });
  return Object.keys(found)[0] ?? '';
}

async function ownState(): Promise<ConnectorState> {
  const own = (await readState(connector.elasticsearch, await concrete())).connectors[connector.id];
  if (own === undefined) throw new Error('no sync has saved anything');
  return own;
}

/** As a stream that begins. */
async function claim(followed: Claims): Promise<void> {
  await writeState(connector.elasticsearch, await concrete(), ({ connectors, ...others }) => ({
    ...others,
    connectors: Object.fromEntries(Object.entries(connectors).map(([id, own]) => [id, { ...own, followed }])),
  }));
}

/** As a stream that reads a row again: with a version of now. */
async function writeAsStream(id: number, v: string): Promise<void> {
  const { elasticsearch, index } = connector;
  const _id = `${connector.id}:public.t:${id}`;
  const { _source: document } = await elasticsearch.get<Record<string, unknown>>({ index, id: _id });
  const [row] = await database.sql('select round(extract(epoch from clock_timestamp()) * 1000000)::text as now');
  await elasticsearch.index({
    ...{ index, id: _id, version: Number(row?.['now']), version_type: 'external' },
    document: { ...document, public_t_v: v },
  });
}

const definitionOf = async (relation: string) => (await ownState()).relations[relation]?.definition ?? '';

/** What the state says of the table when an incremental sync has run. */
async function syncAgain() {
  await connector.sync('incremental');
  const { relations, followed } = await ownState();
  return { version: relations['public.t']?.version ?? 0, since: followed?.['public.t']?.since ?? 0 };
}

test('what a stream wrote under another definition is copied, until a sync began after that stream has ended', async () => {
  await claim({ 'public.t': { definition: 'other' } });
  await writeAsStream(7, 'of another definition');
  const { version, since } = await syncAgain();
  expect((await ownState()).followed?.['public.t']?.definition).toBe(await definitionOf('public.t'));
  expect(version).toBeLessThan(since);
  await eventually('a sync counts', async () => (await syncAgain()).version >= since);
  await expectInStep(connector, database.sql);
  // It copies nothing any more.
  const { version: counted } = await syncAgain();
  expect(await syncAgain()).toEqual({ version: counted, since });
});

test('a claim that was broken off is made again', async () => {
  await claim({ 'public.t': { definition: await definitionOf('public.t'), since: Number.MAX_SAFE_INTEGER } });
  expect((await syncAgain()).since).toBeLessThan(Number.MAX_SAFE_INTEGER);
});

test('rows that are exchanged while a sync is planned, which a lock delays, are the documents', async () => {
  await claim({ 'public.t': { definition: await definitionOf('public.t') } });
  const lock = await lockTables(database, 'a_locked');
  const syncing = connector.sync().catch((error: unknown) => error);
  await eventually('planning waits', async () => {
    const waiting = await database.sql(`select from pg_locks where not granted and relation = 'a_locked'::regclass`);
    return waiting.length > 0;
  });
  await writeAsStream(7, 'meanwhile');
  await database.sql(EXCHANGE);
  expect(String(await syncing)).toContain('a_locked');
  await lock.release();
  await expectInStep(connector, database.sql);
}, 60_000);

test.each(['alias', 'index'] as const)(
  'a rebuild, as an %s, takes claims along, also where its end is tried again',
  async (rebuildAs) => {
    const since = Number.MAX_SAFE_INTEGER - 7;
    const claims = { 'public.t': { definition: await definitionOf('public.t'), since } };
    await claim(claims);
    let tries = 0;
    const fail = () => {
      tries += 1;
      return tries > 1 ? Promise.resolve() : Promise.reject(ApplicationFailure.retryable('tried again', 'TestFailure'));
    };
    connector.hook({ after: { finishSync: fail } });
    await connector.sync('full', { rebuild: true, rebuildAs });
    expect(tries).toBe(2);
    expect(await ownState()).toMatchObject({ followed: claims, source: {} });
    await expectInStep(connector, database.sql);
  },
);

test('what a stream wrote to the old index under another definition is claimed in the one that serves now', async () => {
  await claim({ 'public.t': { definition: 'other' } });
  await connector.sync('full', { rebuild: true });
  const { followed, relations } = await ownState();
  expect(followed?.['public.t']?.definition).toBe(await definitionOf('public.t'));
  expect(relations['public.t']?.version).toBeLessThan(followed?.['public.t']?.since ?? 0);
});
