import { Client } from '@elastic/elasticsearch';

import type { Document } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { elasticsearchUrl } from '../../../support/elasticsearch';
import { type IngestNode, startIngestNode } from '../../../support/ingest-node/start-ingest-node';

let node: IngestNode;
let stage: Stage;

beforeAll(async () => {
  node = await startIngestNode(elasticsearchUrl());
  const { url: host } = node;
  stage = await setStage(
    `create table goods (id int primary key, name text);
     insert into goods select n, 'item ' || n from generate_series(1, 10) n`,
    { elasticsearch: new Client({ node: host }), section: () => Promise.resolve({ host }) },
  );
  await stage.startWorker(stage.writeFile());
  await stage.untilConnector({ status: 'needs_configuration' });
  await stage.person.configure(stage.id, stage.typed());
  await stage.untilConnector({ status: 'connected' });
});

afterAll(async () => {
  await stage.elasticsearch.indices.delete({ index: stage.index, ignore_unavailable: true });
  await stage.elasticsearch.ingest.deletePipeline({ id: stage.index }, { ignore: [404] });
  await stage.close();
  await node.close();
});

async function syncOnce(): Promise<Document> {
  await stage.untilJob(await stage.person.sync(stage.id), 'completed', 60_000);
  await stage.elasticsearch.indices.refresh({ index: stage.index });
  const { hits } = await stage.elasticsearch.search<Document>({ index: stage.index, size: 1 });
  return hits.hits[0]?._source ?? {};
}

test("a pipeline of the connector's own hears its flags, as those that Kibana makes ask for them", async () => {
  await stage.elasticsearch.ingest.putPipeline({
    id: stage.index,
    processors: [
      { set: { field: 'inferred', value: true, if: 'ctx._run_ml_inference == true' } },
      { set: { field: 'squeezed', value: true, if: 'ctx._reduce_whitespace == true' } },
      {
        remove: { field: ['_extract_binary_content', '_reduce_whitespace', '_run_ml_inference'], ignore_missing: true },
      },
    ],
  });
  const flags = { extract_binary_content: false, reduce_whitespace: false, run_ml_inference: true };
  await stage.person.edit(stage.id, { pipeline: { name: stage.index, ...flags } });
  const document = await syncOnce();
  expect(document).toMatchObject({ inferred: true });
  expect(Object.keys(document).filter((name) => /squeezed|_run_ml_inference|_reduce_/u.test(name))).toEqual([]);
  await stage.person.edit(stage.id, { pipeline: { name: stage.index, ...flags, run_ml_inference: false } });
  expect(await syncOnce()).not.toHaveProperty('inferred');
});

test('without a pipeline of its own nothing is sent that nobody reads; one that is not there is named', async () => {
  const all = { extract_binary_content: true, reduce_whitespace: true, run_ml_inference: true };
  await stage.person.edit(stage.id, { pipeline: { name: 'search-default-ingestion', ...all } });
  expect(Object.keys(await syncOnce()).filter((name) => /^_(extract|reduce|run)/u.test(name))).toEqual([]);
  await stage.person.edit(stage.id, { pipeline: { name: `${stage.index}-gone`, ...all } });
  const connector = await stage.untilConnector({ status: 'error' });
  expect(connector['error']).toContain(`${stage.index}-gone`);
});
