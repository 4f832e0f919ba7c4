import { Client } from '@elastic/elasticsearch';

import type { SyncReport } from '../../src/sync/report';
import { countDifferences } from '../../src/verify/verification';
import { elasticsearchUrl, uniqueIndex } from './elasticsearch';
import { startIngestNode } from './ingest-node/start-ingest-node';
import { createDatabase, type TestDatabase } from './postgres';
import { type HookedConnector, startSyncs, type Syncs } from './start-syncs';

/** Processors as a pipeline's definition has them. */
export type Processors = readonly Readonly<Record<string, object>>[];

/** A database, a worker, and an Elasticsearch that plays ingest processors. */
export interface PipedSyncs {
  readonly database: TestDatabase;
  /** Of the node behind the processors. */
  readonly client: Client;
  readonly connect: () => HookedConnector;
  /**
   * Puts a pipeline, which goes when the syncs are stopped.
   * @returns its name
   */
  readonly putPipeline: (processors: Processors, name?: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function startPipedSyncs(): Promise<PipedSyncs> {
  const node = await startIngestNode(elasticsearchUrl());
  const connectNode = () => new Client({ node: node.url });
  const client = connectNode();
  const pipelines = new Set<string>();
  const settings = () => ({ host: node.url, verifyCerts: true, requestTimeoutMs: 60_000 });
  const [syncs, database]: [Syncs, TestDatabase] = await Promise.all([
    startSyncs({ connect: connectNode, settings }),
    createDatabase(),
  ]);
  return {
    database,
    client,
    connect: () => syncs.connect(database.url, { index: uniqueIndex('piped') }),
    putPipeline: async (processors, name = uniqueIndex('pipeline')) => {
      await client.ingest.putPipeline({ id: name, processors: [...processors] });
      pipelines.add(name);
      return name;
    },
    stop: async () => {
      await syncs.stop();
      for (const id of pipelines) await client.ingest.deletePipeline({ id }, { ignore: [404] });
      await client.close();
      await node.close();
      await database.drop();
    },
  };
}

/** Gives an index settings that name pipelines; null takes one back. */
export async function setPipelines(
  { index, elasticsearch }: HookedConnector,
  settings: Readonly<Record<string, string | null>>,
): Promise<void> {
  await elasticsearch.indices.putSettings({ index, settings });
}

/** The ids of a connector's documents behind the relation's name, in order. */
export async function documentKeys({ index, elasticsearch }: HookedConnector): Promise<string[]> {
  await elasticsearch.indices.refresh({ index });
  const { hits } = await elasticsearch.search({ index, size: 10_000, _source: false });
  return hits.hits.map(({ _id: id = '' }) => id.slice(id.lastIndexOf(':') + 1)).sort();
}

/** Fails unless a completed sync's numbers add up, and every row has a document or a reason why not. */
export async function expectSums(connector: HookedConnector, report: SyncReport): Promise<void> {
  expect(report.status).toBe('completed');
  for (const { read, indexed, unchanged, rejected, dropped = 0 } of report.relations) {
    expect(read).toBe(indexed + unchanged + rejected + dropped);
  }
  const verification = await connector.verify();
  expect(countDifferences(verification)).toBe(0);
  for (const { relation, rows, documents, rejected, dropped } of verification.relations) {
    expect({ relation, rows }).toEqual({ relation, rows: documents + rejected + dropped });
  }
  const sum = (count: 'dropped' | 'rejected') => verification.relations.reduce((total, of) => total + of[count], 0);
  expect(report.dropped ?? 0).toBe(sum('dropped'));
  expect(report.rejected).toBe(sum('rejected'));
}
