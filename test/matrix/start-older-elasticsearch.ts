import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { LocalServer } from '../../src/stack/processes/local-server';
import { ELASTICSEARCH_RECIPE } from '../../src/stack/programs/elasticsearch-program';
import { startElasticsearch } from '../../src/stack/servers/start-elasticsearch';

const run = promisify(execFile);

/** Builds Elasticsearch 8.19, once, by the recipe of the newest with what differs in that version, and starts it. */
export async function startOlderElasticsearch(log: (line: string) => void): Promise<LocalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pgferry-recipe-'));
  try {
    const recipe = join(folder, 'elasticsearch');
    await cp(ELASTICSEARCH_RECIPE, recipe, { recursive: true });
    await run('patch', ['-p1', '-d', recipe, '-i', join(__dirname, 'elasticsearch-8.19.patch')]);
    return await startElasticsearch({ recipe, heap: '1g', log });
  } finally {
    await rm(folder, { recursive: true });
  }
}
