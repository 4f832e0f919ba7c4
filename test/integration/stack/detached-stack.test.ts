import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { checkServers } from '../../../src/stack/servers/check-servers';
import { eventually } from '../../support/eventually';
import { awaitAddresses, listRemains, makeTemporaryFolder, runPgferry } from '../../support/stack-process';

let folder: string;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
});

afterAll(async () => {
  await pgferry('stack', 'down');
  await rm(folder, { recursive: true });
});

async function pgferry(...args: string[]) {
  const process = await runPgferry(args, { PGFERRY_CACHE_DIR: join(folder, 'cache'), TMPDIR: folder });
  await rm(process.temporary, { recursive: true });
  return { ...process, code: await process.exited };
}

test('a detached stack answers until it is told to stop', async () => {
  expect((await pgferry('stack', 'status')).code).toBe(1);

  const up = await pgferry('stack', 'up', '--detach', '--json', '--only', 'postgres');
  expect(up.code).toBe(0);
  const addresses = await awaitAddresses(up);
  expect(await checkServers(addresses)).toEqual({ postgres: true });

  const again = await pgferry('stack', 'up', '--detach', '--json', '--only', 'postgres');
  expect(JSON.parse(again.stdout())).toEqual(addresses);
  const status = await pgferry('stack', 'status', '--json');
  expect(JSON.parse(status.stdout())).toEqual(addresses);

  expect((await pgferry('stack', 'down')).code).toBe(0);
  await eventually('no process and no temporary folder is left', async () => {
    return (await listRemains({ ...up, temporary: folder })).length === 0;
  });
});
