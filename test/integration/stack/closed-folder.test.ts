import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { startPostgres } from '../../../src/stack/servers/start-postgres';
import { makeTemporaryFolder } from '../../support/stack-process';

let folder: string;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

// Who isn't root runs PostgreSQL by themselves, and what they made is open to them.
const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('a folder that is closed to the account of PostgreSQL is named, with what opens it', async () => {
  const closed = join(folder, 'closed');
  await mkdir(closed);
  await chmod(closed, 0o700);
  await expect(startPostgres({ dataDir: join(closed, 'below', 'postgres') })).rejects.toMatchObject({
    type: 'LocalStack',
    message: expect.stringContaining(`${closed} is closed to it.`) as unknown,
    remedy: `Open it (chmod o+x ${closed}), or name another folder: --data FOLDER.`,
  });
});
