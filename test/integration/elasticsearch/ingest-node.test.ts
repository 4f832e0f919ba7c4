import { Client } from '@elastic/elasticsearch';

import { deleteIndices, elasticsearchUrl, uniqueIndex } from '../../support/elasticsearch';
import { type IngestNode, startIngestNode } from '../../support/ingest-node/start-ingest-node';

type Line = Readonly<Record<string, unknown>>;
type Processors = readonly Readonly<Record<string, Line>>[];

let node: IngestNode;
let client: Client;
let index: string;
let pipelines: string[];

beforeAll(async () => {
  node = await startIngestNode(elasticsearchUrl());
  client = new Client({ node: node.url });
});

beforeEach(() => {
  index = uniqueIndex();
  pipelines = [];
});

afterEach(async () => {
  await deleteIndices(client, index);
  for (const id of pipelines) await client.ingest.deletePipeline({ id });
});

afterAll(async () => {
  await client.close();
  await node.close();
});

async function putPipeline(processors: Processors, others: Line = {}): Promise<string> {
  const id = uniqueIndex('pipeline');
  await client.ingest.putPipeline({ id, ...others, processors: processors as object[] });
  pipelines.push(id);
  return id;
}

interface BulkAnswer {
  readonly errors: boolean;
  readonly ingest_took?: number;
  readonly items: readonly Readonly<Record<string, Line>>[];
}

async function bulk(lines: readonly Line[], querystring: Record<string, string> = {}): Promise<BulkAnswer> {
  return client.transport.request<BulkAnswer>({
    method: 'POST',
    path: `/${index}/_bulk`,
    querystring: { refresh: 'true', ...querystring },
    bulkBody: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  });
}

async function stored(of = index): Promise<Record<string, unknown>> {
  const { hits } = await client.search({ index: of, size: 100 });
  return Object.fromEntries(hits.hits.map(({ _id = '', _source }) => [_id, _source]));
}

/** What becomes of one document with the id 1. */
async function ingest(source: Line, processors: Processors): Promise<unknown> {
  const { items } = await bulk([{ index: { _id: '1' } }, source], { pipeline: await putPipeline(processors) });
  const { error, result } = items[0]?.['index'] ?? {};
  if (error !== undefined) return error;
  return result === 'noop' ? 'dropped' : (await stored())['1'];
}

test('a dropped document is answered as noop with the version it was sent with, and not written', async () => {
  const pipeline = await putPipeline([{ drop: { if: "ctx.status == 'draft'" } }]);
  const answer = await bulk(
    [
      { index: { _id: '1', version: 7, version_type: 'external' } },
      { status: 'draft' },
      { index: { _id: '2' } },
      { status: 'draft' },
      { delete: { _id: '4' } },
      { index: { _id: '3' } },
      { status: 'live' },
    ],
    { pipeline },
  );
  const noop = { _index: index, result: 'noop', _shards: { total: 0, successful: 0, failed: 0 }, status: 200 };
  expect(answer).toMatchObject({
    errors: false,
    ingest_took: 0,
    items: [
      { index: { ...noop, _id: '1', _version: 7 } },
      { index: { ...noop, _id: '2', _version: -3 } },
      { delete: { _id: '4', result: 'not_found', status: 404 } },
      { index: { _id: '3', result: 'created', status: 201 } },
    ],
  });
  expect(await stored()).toEqual({ 3: { status: 'live' } });
});

test('a bulk of which everything is dropped is answered without the node', async () => {
  const pipeline = await putPipeline([{ drop: {} }]);
  const answer = await bulk([{ index: { _id: '1' } }, {}], { pipeline, filter_path: 'errors,took,items.*.status' });
  expect(JSON.stringify(answer)).toBe('{"errors":false,"took":0,"items":[{"index":{"status":200}}]}');
});

test('processors edit fields, ids and the index', async () => {
  const other = `${index}-other`;
  const pipeline = await putPipeline([
    { set: { field: 'seen', value: true } },
    { set: { field: 'deep.er', copy_from: 'n' } },
    { rename: { field: 'name', target_field: 'title' } },
    { remove: { field: ['gone', 'missing'], ignore_missing: true } },
    { set: { field: '_id', value: '{{{title}}}-{{n}}', if: 'ctx.n > 1' } },
    { set: { field: '_index', value: other, if: 'ctx.n >= 3' } },
  ]);
  const document = (n: number) => [{ index: { _id: `${n}` } }, { name: 'a', n, gone: 1 }];
  const answer = await bulk([1, 2, 3].flatMap(document), { pipeline });
  const edited = (n: number) => ({ title: 'a', n, seen: true, deep: { er: n } });
  expect(await stored()).toEqual({ 1: edited(1), 'a-2': edited(2) });
  await client.indices.refresh({ index: other });
  expect(await stored(other)).toEqual({ 'a-3': edited(3) });
  expect(answer.items.map(({ index: item }) => [item?.['_index'], item?.['_id']])).toEqual([
    [index, '1'],
    [index, 'a-2'],
    [other, 'a-3'],
  ]);
});

test('numbers of many digits pass unchanged', async () => {
  const pipeline = await putPipeline([{ set: { field: 'seen', value: 1 } }]);
  const body = `{"index":{"_id":"1","version":9007199254740993,"version_type":"external"}}\n{"n":-9007199254740993}\n`;
  const send = async (url: string, options: object) => (await fetch(`${node.url}/${url}`, options)).text();
  const headers = { 'content-type': 'application/json' };
  const answer = await send(`${index}/_bulk?pipeline=${pipeline}&refresh`, { method: 'POST', headers, body });
  expect(answer).toContain('"_version":9007199254740993');
  expect(await send(`${index}/_search`, {})).toContain('"_source":{"n":-9007199254740993,"seen":1}');
});

test('a processor that fails makes an error of its item alone', async () => {
  const pipeline = await putPipeline([
    { fail: { message: 'no {{name}}', if: "ctx.name == 'a'" } },
    { remove: { field: 'n' } },
  ]);
  const answer = await bulk(
    [{ index: { _id: '1' } }, { name: 'a' }, { create: { _id: '2' } }, {}, { index: { _id: '3' } }, { n: 1 }],
    { pipeline },
  );
  const error = (type: string, reason: string) => ({ error: { type, reason } });
  expect(answer).toMatchObject({
    errors: true,
    items: [
      { index: { _id: '1', status: 500, ...error('fail_processor_exception', 'no a') } },
      { create: { status: 400, ...error('illegal_argument_exception', expect.stringContaining('[n]') as string) } },
      { index: { status: 201 } },
    ],
  });
  expect(await stored()).toEqual({ 3: {} });
});

test('failures are ignored or handled where a pipeline says so', async () => {
  const fail = { message: 'no' };
  expect(await ingest({ n: 1 }, [{ fail: { ...fail, ignore_failure: true } }])).toEqual({ n: 1 });
  const handlers = [{ set: { field: 'failed', value: true } }];
  expect(await ingest({ n: 1 }, [{ fail: { ...fail, on_failure: handlers } }])).toEqual({ n: 1, failed: true });
  const pipeline = await putPipeline([{ fail }, { drop: {} }], { on_failure: handlers });
  expect(await ingest({ n: 1 }, [{ pipeline: { name: pipeline } }])).toEqual({ n: 1, failed: true });
});

test('a pipeline within a pipeline drops the document', async () => {
  const inner = await putPipeline([{ drop: {} }]);
  expect(await ingest({}, [{ pipeline: { name: inner } }, { fail: { message: 'after the drop' } }])).toBe('dropped');
  expect(await ingest({}, [{ pipeline: { name: 'nowhere' } }])).toMatchObject({
    reason: 'pipeline with id [nowhere] does not exist',
  });
});

test('the id of a document with an external version can be set, not removed', async () => {
  const pipeline = await putPipeline([{ remove: { field: '_id' } }]);
  const document = [{ index: { _id: '1', version: 7, version_type: 'external' } }, { a: 1 }];
  const { items } = await bulk(document, { pipeline });
  expect(items[0]?.['index']).toMatchObject({
    status: 400,
    error: { reason: expect.stringContaining('cannot remove metadata field [_id]') as string },
  });
});

test.each([
  ["ctx.status == 'draft'", true],
  ["ctx['status'] != 'draft'", false],
  ['ctx.v > 3 && ctx.v <= 4', true],
  ['ctx.v % 2 == 1 || !(ctx.v < 5)', false],
  ["ctx.containsKey('v')", true],
  ["ctx.deep.containsKey('w')", false],
  ['ctx.missing == null', true],
  ['ctx.deep?.er === 2 && ctx.v != -4', true],
  ["ctx._id == '1' && ctx.status.startsWith('dr')", true],
])('the condition %s', async (condition, isMet) => {
  const outcome = await ingest({ status: 'draft', v: 4, deep: { er: 2 } }, [{ drop: { if: condition } }]);
  expect(outcome === 'dropped').toBe(isMet);
});

test('a condition that compares what is not there fails the document', async () => {
  expect(await ingest({ v: 'text' }, [{ drop: { if: 'ctx.v > 3' } }])).toMatchObject({ type: 'script_exception' });
});

test('what is not played is refused when it is put', async () => {
  await expect(putPipeline([{ grok: { field: 'a' } }])).rejects.toThrow('No processor type exists with name [grok]');
  await expect(putPipeline([{ drop: { if: 'ctx.a.matches(/x/)' } }])).rejects.toThrow('compile error');
});

test('the pipelines of the index apply, also behind an alias; a request chooses another default or none', async () => {
  const mark = (field: string) => putPipeline([{ set: { field, value: true } }]);
  const [byDefault, final, chosen] = [await mark('default'), await mark('final'), await mark('chosen')];
  const settings = { 'index.default_pipeline': byDefault, 'index.final_pipeline': final };
  await client.indices.create({ index: `${index}-1`, settings, aliases: { [index]: {} } });
  await bulk([
    { index: { _id: 'default' } },
    {},
    { index: { _id: 'none', pipeline: '_none' } },
    {},
    { index: { _id: 'chosen', pipeline: chosen } },
    {},
    { update: { _id: 'nothing' } },
    { doc: { n: 1 } },
  ]);
  await bulk([{ index: { _id: 'request' } }, {}], { pipeline: chosen });
  expect(await stored()).toEqual({
    default: { default: true, final: true },
    none: { final: true },
    chosen: { chosen: true, final: true },
    request: { chosen: true, final: true },
  });
});

test('a template gives pipelines to an index that is not there yet', async () => {
  const template = uniqueIndex('template');
  const settings = { 'index.default_pipeline': await putPipeline([{ set: { field: 'seen', value: 1 } }]) };
  await client.indices.putIndexTemplate({ name: template, index_patterns: [index], template: { settings } });
  try {
    await bulk([{ index: { _id: '1' } }, {}]);
    expect(await stored()).toEqual({ 1: { seen: 1 } });
  } finally {
    await client.indices.deleteIndexTemplate({ name: template });
  }
});

test('a final pipeline can’t choose the index; a first one gets the final one of its choice', async () => {
  const other = `${index}-other`;
  const move = await putPipeline([{ set: { field: '_index', value: other } }]);
  const mark = await putPipeline([{ set: { field: 'final', value: true } }]);
  await client.indices.create({ index: other, settings: { 'index.final_pipeline': mark } });
  await client.indices.create({ index, settings: { 'index.final_pipeline': move } });
  const { items } = await bulk([{ index: { _id: '1' } }, {}]);
  expect(items[0]?.['index']).toMatchObject({ status: 500, error: { type: 'illegal_state_exception' } });
  await bulk([{ index: { _id: '1' } }, {}], { pipeline: move });
  expect(await stored(other)).toEqual({ 1: { final: true } });
});

test('a pipeline that does not exist fails each document', async () => {
  const { items } = await bulk([{ index: { _id: '1' } }, {}], { pipeline: 'nowhere' });
  const error = { type: 'illegal_argument_exception', reason: 'pipeline with id [nowhere] does not exist' };
  expect(items).toEqual([{ index: { _index: index, _id: '1', status: 400, error } }]);
});

test('pipelines are read as they were put, by any proxy before the node', async () => {
  const processors = [{ drop: { if: 'ctx.a == 1' } }];
  const id = await putPipeline(processors, { description: 'drops', version: 3, _meta: { by: 'hand' } });
  const second = await startIngestNode(elasticsearchUrl());
  const reader = new Client({ node: second.url });
  const { [id]: pipeline } = await reader.ingest.getPipeline({ id });
  expect(pipeline).toMatchObject({ description: 'drops', version: 3, _meta: { by: 'hand' }, processors });
  expect(await reader.ingest.getPipeline({ id, summary: true })).toEqual({ [id]: {} });
  await expect(reader.ingest.getPipeline({ id: 'nowhere' })).rejects.toMatchObject({ statusCode: 404 });
  await reader.close();
  await second.close();
});

test.each([
  ['items.*.result,items.*._id', { items: [{ index: { result: 'noop', _id: '1' } }] }],
  ['-items', { errors: false, took: 0, ingest_took: 0 }],
  ['items.*.error', {}],
  ['**.st*', { items: [{ index: { status: 200 } }] }],
])('filter_path=%s', async (filter, left) => {
  const pipeline = await putPipeline([{ drop: {} }]);
  expect(await bulk([{ index: { _id: '1' } }, {}], { pipeline, filter_path: filter })).toEqual(left);
});
