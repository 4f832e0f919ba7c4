import { ApplicationFailure } from '@temporalio/common';

import { countDifferences } from '../../../src/verify/verification';
import { DOCUMENTS_OF_SEEN } from '../../support/documents-of-seen';
import {
  documentKeys,
  expectSums,
  type PipedSyncs,
  setPipelines,
  startPipedSyncs,
} from '../../support/piped-connector';
import type { HookedConnector } from '../../support/start-syncs';

const DROP_SOME = [{ drop: { if: "ctx.public_item_status == 'draft'" } }];

let piped: PipedSyncs;
let connector: HookedConnector;

beforeAll(async () => {
  piped = await startPipedSyncs();
});
afterAll(() => piped.stop());
beforeEach(async () => {
  await piped.database.sql(`
    drop table if exists item, parent cascade;
    create table item (id int primary key, status text);
    insert into item select i, case when i % 3 = 0 then 'draft' else 'live' end from generate_series(1, 30) as i`);
  connector = piped.connect();
});

const NOTE = expect.stringContaining('changed while the sync ran') as string;

test('a pipeline that is switched on while a sync runs is noted, and the next sync reads every row again', async () => {
  const pipeline = await piped.putPipeline(DROP_SOME);
  const before = () => setPipelines(connector, { 'index.default_pipeline': pipeline });
  connector.hook({ before: { finishSync: before } });
  expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 30, notes: [NOTE] });
  connector.hook({});
  const report = await connector.sync('incremental');
  expect(report).toMatchObject({ indexed: 20, dropped: 10, deleted: 10 });
  expect(report.notes).toBeUndefined();
  await expectSums(connector, report);
});

test('so is one that is given another definition', async () => {
  const pipeline = await piped.putPipeline(DROP_SOME);
  connector.configure({ pipeline });
  const redefine = () => piped.putPipeline([], pipeline).then(() => undefined);
  connector.hook({ before: { catchUpRelations: redefine } });
  expect(await connector.sync()).toMatchObject({ notes: [NOTE] });
  connector.hook({});
  const report = await connector.sync('incremental');
  expect(report).toMatchObject({ indexed: 30 });
  await expectSums(connector, report);
});

test('no pipeline at all is noted by nobody, and watermarks are saved', async () => {
  expect((await connector.sync()).notes).toBeUndefined();
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, unchanged: 30 });
});

test('a sync whose worker is gone in the middle remembers what was dropped', async () => {
  await piped.database.sql(`insert into item select i, case when i % 3 = 0 then 'draft' else 'live' end
    from generate_series(31, 6000) as i`);
  const pipeline = await piped.putPipeline(DROP_SOME);
  connector.configure({ pipeline });
  let blocks = 0;
  connector.hook({
    betweenBlocks: () => {
      blocks += 1;
      return blocks === 2 ? Promise.reject(ApplicationFailure.retryable('gone')) : Promise.resolve();
    },
  });
  // Not its sums: pieces of a task that is tried again are counted by the test's own hook, which forgets the first one.
  expect(await connector.sync()).toMatchObject({ status: 'completed', dropped: 2_000 });
  const verification = await connector.verify();
  expect(countDifferences(verification)).toBe(0);
  expect(verification.relations[0]).toMatchObject({ rows: 6_000, documents: 4_000, dropped: 2_000 });
  expect(blocks).toBeGreaterThan(2);
  expect(await documentKeys(connector)).toHaveLength(4_000);
});

describe('a document whose fields somebody changed, of a row that would not be stored any more', () => {
  /** Writes over the field by which syncs find documents. */
  const claimForAnother = async (key: number) => {
    const { elasticsearch, index, id } = connector;
    const where = { index, id: `${id}:public.item:${key}` };
    const { _source: source = {} } = await elasticsearch.get<Record<string, unknown>>(where);
    await elasticsearch.index({ ...where, document: { ...source, _relation: 'another/public.item' }, refresh: true });
  };

  beforeEach(async () => {
    await connector.sync();
    await claimForAnother(1);
  });

  test.each(['incremental', 'full'] as const)(
    'goes, and its row is told as dropped, by a sync that is %s',
    async (type) => {
      connector.configure({ pipeline: await piped.putPipeline([{ drop: {} }]) });
      await claimForAnother(2);
      const report = await connector.sync(type);
      await expectSums(connector, report);
      const again = await connector.sync(type);
      expect(again).toMatchObject({ indexed: 0, deleted: 0 });
      await expectSums(connector, again);
    },
  );

  test('of a view goes as well', async () => {
    await piped.database.sql('create view seen as select * from item');
    connector.configure({ selection: { schemas: ['public'], tables: ['seen'] }, documents: DOCUMENTS_OF_SEEN });
    await connector.sync();
    const { elasticsearch, index, id } = connector;
    const where = { index, id: `${id}:public.seen:1` };
    const { _source: source = {} } = await elasticsearch.get<Record<string, unknown>>(where);
    await elasticsearch.index({ ...where, document: { ...source, _relation: null }, refresh: true });
    connector.configure({ pipeline: await piped.putPipeline([{ drop: {} }]) });
    const report = await connector.sync('incremental');
    await expectSums(connector, report);
  });

  test('goes, and its row is told as rejected once', async () => {
    connector.configure({ pipeline: await piped.putPipeline([{ remove: { field: 'there is no such field' } }]) });
    await claimForAnother(2);
    const report = await connector.sync('incremental');
    expect(report).toMatchObject({ rejected: 2 });
    await expectSums(connector, report);
  });
});

test('rows of tables that inherit and share a key are counted once, also where a pipeline drops one of them', async () => {
  await piped.database.sql(`
    create table parent (id int primary key, status text);
    create table child () inherits (parent);
    insert into parent values (1, 'live'), (2, 'draft'), (3, 'live');
    insert into child values (1, 'draft'), (2, 'live')`);
  connector.configure({
    selection: { schemas: ['public'], tables: ['parent'] },
    pipeline: await piped.putPipeline([{ drop: { if: "ctx.public_parent_status == 'draft'" } }]),
  });
  const report = await connector.sync();
  expect(report.relations).toMatchObject([{ read: 5, indexed: 1, rejected: 4, unchanged: 0 }]);
});
