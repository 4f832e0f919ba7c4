import { ApplicationFailure } from '@temporalio/client';

import { countDifferences } from '../../../src/verify/verification';
import { DOCUMENTS_OF_SEEN } from '../../support/documents-of-seen';
import { uniqueIndex } from '../../support/elasticsearch';
import { expectInStep } from '../../support/expect-in-step';
import {
  documentKeys,
  type PipedSyncs,
  type Processors,
  setPipelines,
  startPipedSyncs,
} from '../../support/piped-connector';
import type { HookedConnector } from '../../support/start-syncs';

/** More than the first bulk takes. */
const ROWS = 6_000;

let piped: PipedSyncs;
let connector: HookedConnector;
const templates = new Set<string>();

beforeAll(async () => {
  piped = await startPipedSyncs();
  await piped.database.sql(`
    create table item (id int primary key, name text);
    insert into item select i, repeat('n', 300) from generate_series(1, ${ROWS}) as i;
    create table other (id int primary key, name text)`);
});
afterAll(async () => {
  for (const name of templates) await piped.client.indices.deleteIndexTemplate({ name });
  await piped.stop();
});
beforeEach(async () => {
  await piped.database.sql("truncate other; insert into other select i, 'n' from generate_series(1, 10) as i");
  connector = piped.connect();
});

describe('a pipeline that changes what pgferry needs ends its relation’s sync before the rest is written', () => {
  test.each<[string, Processors]>([
    ['_timestamp', [{ set: { field: '_timestamp', value: '2001-01-01T00:00:00Z' } }]],
    ['_relation', [{ remove: { field: '_relation' } }]],
    ['_relation', [{ set: { field: '_relation', value: 'shop/public.item' } }]],
    ['_bucket', [{ set: { field: '_bucket', value: 7 } }]],
    ['_bucket', [{ rename: { field: '_bucket', target_field: 'bucket' } }]],
    ['_id_hash', [{ remove: { field: '_id_hash' } }]],
    ['_fingerprint', [{ set: { field: '_fingerprint', value: 7 } }]],
    ['_id', [{ set: { field: '_id', value: '{{{public_item_id}}}' } }]],
    ['_routing', [{ set: { field: '_routing', value: 'north' } }]],
    ['_version', [{ set: { field: '_version', value: 9_000_000_000_000_000 } }]],
  ])('%s %j', async (field, processors) => {
    const pipeline = await piped.putPipeline(processors);
    connector.configure({ pipeline, selection: { schemas: ['public'], tables: ['item'] } });
    await expect(connector.sync()).rejects.toMatchObject({
      type: 'PipelineInterferes',
      message: expect.stringMatching(new RegExp(`ingest pipeline "${pipeline}" changes ${field}:`, 'u')) as string,
    });
    expect((await documentKeys(connector)).length).toBeLessThan(ROWS);
  });

  test('_index', async () => {
    const elsewhere = uniqueIndex('elsewhere');
    const pipeline = await piped.putPipeline([{ set: { field: '_index', value: elsewhere } }]);
    await piped.client.indices.create({ index: elsewhere, aliases: { [`${elsewhere}-alias`]: {} } });
    connector.configure({ selection: { schemas: ['public'], tables: ['item'] } });
    await connector.sync();
    await setPipelines(connector, { 'index.default_pipeline': pipeline });
    await piped.database.sql("update item set name = 'm' where id = 1");
    const failure = connector.sync('incremental');
    await expect(failure).rejects.toMatchObject({ message: expect.stringMatching(/pipeline|alias/u) as string });
    await setPipelines(connector, { 'index.default_pipeline': null });
    await piped.client.indices.delete({ index: elsewhere });
  });
});

test('its relation alone fails: the others are synced', async () => {
  const pipeline = await piped.putPipeline([{ remove: { field: '_bucket', if: "ctx.table == 'item'" } }]);
  connector.configure({ pipeline, selection: { schemas: ['public'], tables: ['item', 'other'] } });
  await expect(connector.sync()).rejects.toMatchObject({
    type: 'PipelineInterferes',
    message: expect.stringContaining('1 of 2 relations could not be synced') as string,
  });
  await expectInStep(connector, piped.database.sql, 'public.other');
  await piped.putPipeline([], pipeline);
  expect(await connector.sync()).toMatchObject({ status: 'completed' });
  await expectInStep(connector, piped.database.sql, 'public.item');
});

test('a pipeline that changes one of a few documents is met, whichever bulk it is in', async () => {
  await piped.database.sql(`
    create table part (id int, place int, primary key (id, place)) partition by list (place);
    create table part_0 partition of part for values in (0);
    create table part_1 partition of part for values in (1);
    insert into part values (1, 0), (2, 1)`);
  for (const id of [1, 2]) {
    const pipeline = await piped.putPipeline([
      { set: { field: '_timestamp', value: 7, if: `ctx.public_part_id == ${id}` } },
    ]);
    connector.configure({ pipeline, selection: { schemas: ['public'], tables: ['part'] } });
    await expect(connector.sync()).rejects.toMatchObject({ type: 'PipelineInterferes' });
  }
});

describe('a view whose documents a pipeline spoilt is not taken for synced since their fingerprints are right', () => {
  const spoilsHashes: Processors = [{ set: { field: '_id_hash', value: 7 } }];

  beforeAll(() => piped.database.sql('create view seen as select * from other'));

  test('in its first sync', async () => {
    const pipeline = await piped.putPipeline(spoilsHashes);
    connector.configure({
      pipeline,
      selection: { schemas: ['public'], tables: ['seen'] },
      documents: DOCUMENTS_OF_SEEN,
    });
    await expect(connector.sync()).rejects.toMatchObject({ type: 'PipelineInterferes' });
    await expect(connector.sync()).rejects.toMatchObject({ type: 'PipelineInterferes' });
    await piped.putPipeline([], pipeline);
    expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 10 });
    await expectInStep(connector, piped.database.sql, 'public.seen');
    expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 0 });
  });

  test('in one after it', async () => {
    const pipeline = await piped.putPipeline([]);
    connector.configure({
      pipeline,
      selection: { schemas: ['public'], tables: ['seen'] },
      documents: DOCUMENTS_OF_SEEN,
    });
    await connector.sync();
    await piped.putPipeline(spoilsHashes, pipeline);
    await piped.database.sql("update other set name = 'o' where id = 10");
    await expect(connector.sync()).rejects.toMatchObject({ type: 'PipelineInterferes' });
    await expect(connector.sync('incremental')).rejects.toMatchObject({ type: 'PipelineInterferes' });
    await piped.putPipeline([], pipeline);
    expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 10 });
    expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 0 });
  });

  describe('in one that ended as a whole before it could say so', () => {
    const endsBeforeFinish = () => Promise.reject(ApplicationFailure.nonRetryable('the sync ends here', 'EndedByTest'));

    test.each([
      ['a pipeline changed meanwhile', 'pipeline'],
      ['a pipeline switched on meanwhile', 'none'],
    ])('%s', async (_, first) => {
      const pipeline = await piped.putPipeline([]);
      connector.configure({
        ...(first === 'pipeline' ? { pipeline } : {}),
        selection: { schemas: ['public'], tables: ['seen'] },
        documents: DOCUMENTS_OF_SEEN,
      });
      await connector.sync();
      await piped.database.sql("update other set name = name || 'o' where id = 10");
      connector.hook({
        before: {
          copyPartitions: async () => {
            await piped.putPipeline(spoilsHashes, pipeline);
            if (first === 'none') await setPipelines(connector, { 'index.default_pipeline': pipeline });
          },
          finishSync: endsBeforeFinish,
        },
      });
      await expect(connector.sync()).rejects.toMatchObject({ type: 'EndedByTest' });
      connector.hook({});
      await piped.putPipeline([], pipeline);
      expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 10 });
      await expectInStep(connector, piped.database.sql, 'public.seen');
      expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 0 });
    });
  });

  test('where the state of the view is damaged', async () => {
    connector.configure({ selection: { schemas: ['public'], tables: ['seen'] }, documents: DOCUMENTS_OF_SEEN });
    await connector.sync();
    const { index } = connector;
    const [{ mappings: { _meta: meta = {} } } = { mappings: {} }] = Object.values(
      await piped.client.indices.getMapping({ index }),
    );
    const damaged = JSON.parse(JSON.stringify(meta).replace('"public.seen":{', '"public.seen":{"rule":7,')) as object;
    await piped.client.indices.putMapping({ index, _meta: damaged });
    expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 10 });
  });
});

test.each<[string, Processors, (lost: { index: string; id: string }) => Promise<unknown>]>([
  ['lost', [], (lost) => connector.elasticsearch.delete(lost)],
  ['rejected', [{ fail: { if: 'ctx.public_other_id == 7', message: 'no' } }], () => Promise.resolve()],
])(
  'a %s document that a pipeline spoilt is right after the next sync, although its row is unchanged',
  async (_, first, lose) => {
    const pipeline = await piped.putPipeline(first);
    connector.configure({ pipeline, selection: { schemas: ['public'], tables: ['other'] } });
    await connector.sync();
    const { id, index, elasticsearch } = connector;
    const lost = { index, id: `${id}:public.other:7` };
    await lose(lost);
    await piped.putPipeline([{ set: { field: '_id_hash', value: 7 } }], pipeline);
    await expect(connector.sync('incremental')).rejects.toMatchObject({ type: 'PipelineInterferes' });
    await piped.putPipeline([], pipeline);
    expect(await connector.sync('incremental')).toMatchObject({ status: 'completed' });
    const { _source: source } = await elasticsearch.get<{ readonly _id_hash: number }>(lost);
    expect(source?._id_hash).not.toBe(7);
    await piped.database.sql("update other set name = 'again' where id = 3");
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 1 });
  },
);

test.each([
  ['ids that rows share', 'select id % 2 as id, name from other'],
  ['rows that are too large', "select id, case id when 1 then repeat('n', 300000) end as name from other"],
])('where pipelines change contents, verify finds documents of %s all the same', async (_, query) => {
  await piped.database.sql(`create or replace view unfit as ${query}`);
  const pipeline = await piped.putPipeline([{ set: { field: 'public_unfit_name', value: 'n' } }]);
  connector.configure({
    pipeline,
    selection: { schemas: ['public'], tables: ['unfit'] },
    documents: { ...DOCUMENTS_OF_SEEN, idColumns: { 'public.unfit': ['id'] } },
    limits: { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000, maxRowBytes: 262_144 },
  });
  await connector.sync();
  expect(countDifferences(await connector.verify())).toBe(0);
  const { id, index, elasticsearch } = connector;
  const unfit = `${id}:public.unfit:1`;
  await elasticsearch.index({ index, id: unfit, document: { _relation: 'other' }, refresh: true });
  expect((await connector.verify()).differences).toContainEqual(
    expect.objectContaining({ id: unfit, kind: 'changed' }),
  );
});

test('a pipeline that is switched on between two syncs is met where a single row changes', async () => {
  connector.configure({ selection: { schemas: ['public'], tables: ['item'] } });
  await connector.sync();
  const pipeline = await piped.putPipeline([{ remove: { field: '_id_hash' } }]);
  await setPipelines(connector, { 'index.default_pipeline': pipeline });
  await piped.database.sql("update item set name = 'o' where id = 2");
  await expect(connector.sync('incremental')).rejects.toMatchObject({
    type: 'PipelineInterferes',
    message: expect.stringContaining('_id_hash') as string,
  });
});

test('what a pipeline does to other fields is its own affair, and deletions go by _id', async () => {
  const pipeline = await piped.putPipeline([{ set: { field: 'id', value: 'bar' } }]);
  connector.configure({ pipeline, selection: { schemas: ['public'], tables: ['other'] } });
  await connector.sync();
  await piped.database.sql(
    'delete from other where id <= 4; insert into other values (1000); update other set name = null where id = 5',
  );
  expect(await connector.sync()).toMatchObject({ indexed: 2, deleted: 4 });
  expect(await documentKeys(connector)).toEqual(['10', '1000', '5', '6', '7', '8', '9']);
});

test('a pipeline of one connector leaves the others of the index alone', async () => {
  const second = piped.connect();
  const pipeline = await piped.putPipeline([{ remove: { field: '_relation' } }]);
  second.configure({ indexName: connector.index, selection: { schemas: ['public'], tables: ['other'] }, pipeline });
  connector.configure({ selection: { schemas: ['public'], tables: ['other'] } });
  await connector.sync();
  await expect(second.sync()).rejects.toMatchObject({ type: 'PipelineInterferes' });
  expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 0 });
});

describe('a pipeline that is not there is named with what names it', () => {
  const missing = expect.objectContaining({
    type: 'InvalidConfig',
    message: expect.stringContaining('"enrich-nothing"') as string,
  }) as unknown;

  test('by the connector', async () => {
    connector.configure({ pipeline: 'enrich-nothing' });
    expect(await connector.check()).toEqual([missing]);
    await expect(connector.sync()).rejects.toMatchObject({
      message: expect.stringContaining('pipeline.name') as string,
    });
  });

  test.each(['default_pipeline', 'final_pipeline'])('by the %s of a template', async (setting) => {
    templates.add(connector.index);
    await piped.client.indices.putIndexTemplate({
      name: connector.index,
      index_patterns: [`${connector.index}*`],
      template: { settings: { index: { [setting]: 'enrich-nothing' } } },
    });
    expect(await connector.check()).toEqual([missing]);
    await expect(connector.sync()).rejects.toMatchObject({
      type: 'InvalidConfig',
      message: expect.stringMatching(new RegExp(`"enrich-nothing".*index\\.${setting}.*template`, 'u')) as string,
    });
  });

  test('by a setting of the index', async () => {
    connector.configure({ selection: { schemas: ['public'], tables: ['other'] } });
    await connector.sync();
    await setPipelines(connector, { 'index.final_pipeline': 'enrich-nothing' });
    expect(await connector.check()).toEqual([missing]);
  });
});
