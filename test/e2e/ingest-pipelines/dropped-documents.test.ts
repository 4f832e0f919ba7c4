import { countDeadLetters } from '../../../src/elasticsearch/dead-letters/count-dead-letters';
import { listDeadLetters } from '../../../src/elasticsearch/dead-letters/list-dead-letters';
import { DOCUMENTS_OF_SEEN } from '../../support/documents-of-seen';
import {
  documentKeys,
  expectSums,
  type PipedSyncs,
  setPipelines,
  startPipedSyncs,
} from '../../support/piped-connector';
import type { HookedConnector } from '../../support/start-syncs';
import { story } from '../../support/story';

const DROP_DRAFTS = [{ drop: { if: "ctx.public_item_status == 'draft'" } }];

let piped: PipedSyncs;
let connector: HookedConnector;
let pipeline: string;

beforeAll(async () => {
  piped = await startPipedSyncs();
});
afterAll(() => piped.stop());

/** 300 rows, of which every third is a draft. */
beforeEach(async () => {
  await piped.database.sql(`
    drop table if exists item cascade;
    create table item (id int primary key, status text, name text, v int default 0);
    insert into item select i, case when i % 3 = 0 then 'draft' else 'live' end, 'n' || i from generate_series(1, 300) as i`);
  pipeline = await piped.putPipeline(DROP_DRAFTS);
  connector = piped.connect();
  connector.configure({ pipeline });
});

const sql = (text: string) => piped.database.sql(text);
const letters = async () => {
  const counts = await countDeadLetters(connector.elasticsearch, `${connector.index}-rejected`, connector.id);
  return counts.get('public.item') ?? { rejected: 0, dropped: 0 };
};

story('documents that a pipeline drops', {
  'are counted apart, and remembered with the pipeline and without a value': async () => {
    const report = await connector.sync();
    expect(report).toMatchObject({ indexed: 200, dropped: 100, rejected: 0 });
    await expectSums(connector, report);
    expect(await letters()).toEqual({ rejected: 0, dropped: 100 });
    const pages = listDeadLetters(connector.elasticsearch, `${connector.index}-rejected`, {
      connectorId: connector.id,
    });
    const { value: page } = await pages.next();
    await pages.return();
    expect(page?.[0]).toMatchObject({
      relation: 'public.item',
      errorType: 'dropped',
      dropped: { pipelines: [pipeline] },
    });
    expect(JSON.stringify(page)).not.toContain('draft');
  },

  'are not sent again while their rows are as they were': async () => {
    for (const jobType of ['full', 'incremental'] as const) {
      const report = await connector.sync(jobType);
      expect(report).toMatchObject({ indexed: 0, unchanged: 200, dropped: 100, deleted: 0 });
      expect(report.relations[0]?.bytes).toBe(0);
      await expectSums(connector, report);
    }
  },

  'take their document from before along': async () => {
    await sql("update item set status = 'draft' where id in (1, 2)");
    const report = await connector.sync('incremental');
    expect(report).toMatchObject({ indexed: 0, dropped: 102, deleted: 2 });
    await expectSums(connector, report);
    expect(await documentKeys(connector)).not.toContain('1');
  },

  'are indexed when their rows change back, and their letters go': async () => {
    await sql("update item set status = 'live' where id in (1, 3); delete from item where id = 6");
    const report = await connector.sync('incremental');
    expect(report).toMatchObject({ indexed: 2, dropped: 99, deleted: 0 });
    await expectSums(connector, report);
    expect(await letters()).toEqual({ rejected: 0, dropped: 99 });
  },

  'are tried again when the pipeline is another one': async () => {
    await piped.putPipeline(
      [{ drop: { if: "ctx.public_item_status == 'draft' && ctx.public_item_id > 150" } }],
      pipeline,
    );
    const report = await connector.sync('incremental');
    await expectSums(connector, report);
    expect(await documentKeys(connector)).toContain('9');
    expect(await documentKeys(connector)).not.toContain('153');
  },

  'and when there is none any more': async () => {
    connector.configure({ pipeline: '_none' });
    const report = await connector.sync('incremental');
    await expectSums(connector, report);
    expect(await documentKeys(connector)).toHaveLength(299);
    expect(await letters()).toEqual({ rejected: 0, dropped: 0 });
  },
});

story('a rebuild', {
  'keeps the sums': async () => {
    await connector.sync();
    await sql("update item set status = 'draft' where id = 1; update item set status = 'live' where id = 3");
    const report = await connector.sync('full', { rebuild: true });
    expect(report).toMatchObject({ indexed: 200, dropped: 100 });
    await expectSums(connector, report);
  },
  'under a pipeline that drops no longer brings all rows back': async () => {
    await piped.putPipeline([], pipeline);
    const report = await connector.sync('full', { rebuild: true });
    expect(report).toMatchObject({ indexed: 300 });
    await expectSums(connector, report);
    expect(await letters()).toEqual({ rejected: 0, dropped: 0 });
  },
});

test('a view’s dropped rows are not sent again either, and come back when they change', async () => {
  await sql('create view seen as select * from item where id <= 30');
  connector.configure({ selection: { schemas: ['public'], tables: ['seen'] }, documents: DOCUMENTS_OF_SEEN });
  await piped.putPipeline([{ drop: { if: "ctx.public_seen_status == 'draft'" } }], pipeline);
  const first = await connector.sync();
  expect(first).toMatchObject({ indexed: 20, dropped: 10 });
  await expectSums(connector, first);
  const second = await connector.sync();
  expect(second).toMatchObject({ indexed: 0, unchanged: 20, dropped: 10 });
  expect(second.relations[0]?.bytes).toBe(0);
  await sql("update item set status = 'draft' where id = 1; update item set status = 'live' where id = 3");
  const third = await connector.sync('incremental');
  expect(third).toMatchObject({ indexed: 1, dropped: 10, deleted: 1 });
  await expectSums(connector, third);
  await sql("update item set status = 'live' where id = 1");
  const fourth = await connector.sync();
  expect(fourth).toMatchObject({ indexed: 1, dropped: 9 });
  await expectSums(connector, fourth);
});

story('a pipeline that begins to drop most documents', {
  'deletes none of them without consent': async () => {
    await sql(`insert into item select i, 'live', 'n' from generate_series(301, 3000) as i`);
    await piped.putPipeline([], pipeline);
    expect(await connector.sync()).toMatchObject({ indexed: 3_000 });
    await piped.putPipeline(DROP_DRAFTS, pipeline);
    await sql("update item set status = 'draft' where id > 500");
    await expect(connector.sync('incremental')).rejects.toMatchObject({
      type: 'MassDeletionRefused',
      message: expect.stringMatching(/2500 of 3000 documents .*dropp?s/u) as string,
    });
    expect(await documentKeys(connector)).toHaveLength(3_000);
  },
  'deletes them with it': async () => {
    const report = await connector.sync('incremental', { allowMassDelete: true });
    expect(report).toMatchObject({ deleted: 2_500, dropped: 2_500 });
    await expectSums(connector, report);
  },
});

test('`rejected retry` tries dropped rows again, though nothing that pgferry sees has changed', async () => {
  const called = await piped.putPipeline(DROP_DRAFTS);
  await piped.putPipeline([{ pipeline: { name: called } }], pipeline);
  expect(await connector.sync()).toMatchObject({ indexed: 200, dropped: 100 });
  const report = await connector.sync('incremental', { retryDropped: true });
  expect(report).toMatchObject({ indexed: 0, dropped: 100 });
  expect(report.relations[0]?.bytes).toBeGreaterThan(0);
  await expectSums(connector, report);
});

test('a pipeline that another one calls is part of it', async () => {
  const called = await piped.putPipeline(DROP_DRAFTS);
  await piped.putPipeline([{ pipeline: { name: called } }], pipeline);
  expect(await connector.sync()).toMatchObject({ indexed: 200, dropped: 100 });
  await piped.putPipeline([], called);
  const report = await connector.sync('incremental');
  expect(report).toMatchObject({ indexed: 100 });
  await expectSums(connector, report);
});

test('a row that was rejected and is dropped since counts once, and the other way round', async () => {
  connector.configure({
    documents: { ...DOCUMENTS_OF_SEEN, idColumns: {}, mapping: { 'public.item.v': { type: 'byte' } } },
  });
  await sql('update item set v = 1000 where id = 1');
  expect(await connector.sync()).toMatchObject({ rejected: 1, dropped: 100 });
  await sql("update item set status = 'draft' where id = 1; update item set v = 1000, status = 'live' where id = 3");
  const report = await connector.sync('incremental');
  expect(report).toMatchObject({ rejected: 1, dropped: 100 });
  await expectSums(connector, report);
});

test('an index’s own pipelines work as a connector’s does, switched on between two syncs', async () => {
  connector = piped.connect();
  expect(await connector.sync()).toMatchObject({ indexed: 300 });
  await setPipelines(connector, { 'index.final_pipeline': pipeline });
  await sql('update item set v = 1 where id <= 6');
  const report = await connector.sync('incremental');
  expect(report).toMatchObject({ indexed: 4, dropped: 2, deleted: 2 });
  await expectSums(connector, report);
});
