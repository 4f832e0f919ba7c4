import { Client as Elasticsearch } from '@elastic/elasticsearch';

import { startPgsync } from '../test/support/pgsync';
import { type Bench, take } from './bench';
import type { Sample } from './sample';
import type { Stage } from './stage';

const INDEX = 'bench-pgsync';

/** What users would pick instead, on the same data, servers and run. A peer that can't be had is skipped by name. */
export async function measurePeers(bench: Bench, table: string): Promise<void> {
  try {
    await take(bench, {
      ...{ id: 'pgsync', what: 'pgsync, first sync' },
      run: () => syncByPgsync(bench.stage, { table }, bench.rows),
    });
  } catch (error) {
    bench.say(`pgsync: skipped: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * A first sync by pgsync into an empty index.
 * @param nodes - the table and its children, in the words of its schema
 */
export async function syncByPgsync(stage: Stage, nodes: unknown, rows: number): Promise<Sample> {
  const elasticsearch = new Elasticsearch({ node: stage.elasticsearch });
  await elasticsearch.indices.delete({ index: INDEX, ignore_unavailable: true });
  const schema = [{ database: new URL(stage.database).pathname.slice(1), index: INDEX, nodes }];
  const pgsync = await startPgsync({ database: stage.database, elasticsearch: stage.elasticsearch, schema });
  try {
    await pgsync.bootstrap();
    const started = performance.now();
    await pgsync.sync();
    const seconds = (performance.now() - started) / 1_000;
    await elasticsearch.indices.refresh({ index: INDEX });
    const { count: documents } = await elasticsearch.count({ index: INDEX });
    await pgsync.teardown();
    if (documents < rows * 0.9) throw new Error(`it left ${documents} documents`);
    return { seconds, documents };
  } finally {
    await Promise.all([pgsync.close(), elasticsearch.close()]);
  }
}
