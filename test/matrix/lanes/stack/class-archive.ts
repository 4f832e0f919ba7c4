import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { findElasticsearch } from '../../../../src/stack/programs/elasticsearch-program';
import { startElasticsearch } from '../../../../src/stack/servers/start-elasticsearch';
import { makeTemporaryFolder } from '../../../support/stack-process';
import { story } from '../../../support/story';

/** A cache with the program that was built, and no archive. */
let cache: string;

beforeAll(async () => {
  const { home } = await findElasticsearch();
  cache = await makeTemporaryFolder();
  await cp(home, join(cache, basename(home)), { recursive: true, filter: (file) => !file.endsWith('.jsa') });
});

afterAll(() => rm(cache, { recursive: true }));

async function listArchives(): Promise<string[]> {
  const { home } = await findElasticsearch(cache);
  return (await readdir(home)).filter((name) => name.endsWith('.jsa')).map((name) => join(home, name));
}

story('Elasticsearch starts with an archive of its classes', {
  'which its first stop leaves for later starts': async () => {
    const server = await startElasticsearch({ cache });
    expect(await listArchives()).toEqual([]);
    await server.stop();
    expect(await listArchives()).toHaveLength(1);
  },

  'and in spite of a broken one': async () => {
    const [archive = ''] = await listArchives();
    await writeFile(archive, Buffer.alloc(100_000, 'broken'));
    const server = await startElasticsearch({ cache });
    expect((await fetch(server.url)).status).toBe(200);
    await server.stop();
  },
});
