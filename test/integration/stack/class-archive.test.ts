import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheDirectory } from '../../../src/stack/programs/cache-directory';
import { findElasticsearch } from '../../../src/stack/programs/elasticsearch-program';
import { startElasticsearch } from '../../../src/stack/servers/start-elasticsearch';
import { makeTemporaryFolder } from '../../support/stack-process';

const before = process.env['PGFERRY_CACHE_DIR'];
let folder: string;

beforeAll(async () => {
  const { home } = await findElasticsearch();
  folder = await makeTemporaryFolder();
  process.env['PGFERRY_CACHE_DIR'] = folder;
  await cp(home, join(cacheDirectory(), home.slice(home.lastIndexOf('/') + 1)), {
    recursive: true,
    filter: (file) => !file.endsWith('.jsa'),
  });
});

afterAll(async () => {
  if (before === undefined) delete process.env['PGFERRY_CACHE_DIR'];
  else process.env['PGFERRY_CACHE_DIR'] = before;
  await rm(folder, { recursive: true });
});

async function listArchives(): Promise<string[]> {
  const { home } = await findElasticsearch();
  return (await readdir(home)).filter((name) => name.endsWith('.jsa')).map((name) => join(home, name));
}

test('the first stop of Elasticsearch leaves an archive of classes for later starts', async () => {
  const server = await startElasticsearch();
  expect(await listArchives()).toEqual([]);
  await server.stop();
  expect(await listArchives()).toHaveLength(1);
});

test('Elasticsearch starts in spite of a broken archive of classes', async () => {
  const [archive = ''] = await listArchives();
  await writeFile(archive, Buffer.alloc(100_000, 'broken'));
  const server = await startElasticsearch();
  expect((await fetch(server.url)).status).toBe(200);
  await server.stop();
});
