import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { makeTemporaryFolder, runPgferry } from '../../support/stack-process';

/** A machine with nothing on its PATH, an empty cache, and no way to download. */
async function bareMachine(): Promise<{ readonly folder: string; readonly environment: Record<string, string> }> {
  const folder = await makeTemporaryFolder();
  const nowhere = 'http://127.0.0.1:1';
  return {
    folder,
    environment: {
      PATH: join(folder, 'bin'),
      PGFERRY_CACHE_DIR: join(folder, 'cache'),
      ...{ JAVA_HOME: '', MAVEN_HOME: '', M2_HOME: '' },
      ...{ HTTPS_PROXY: nowhere, https_proxy: nowhere, ALL_PROXY: nowhere, PGFERRY_TEMPORAL_RELEASES: nowhere },
    },
  };
}

describe('a machine without the prerequisites', () => {
  test('is told in one line all that there is to install', async () => {
    const { folder, environment } = await bareMachine();
    const stack = await runPgferry(['stack', 'up', '--json', '--only', 'elasticsearch,temporal'], environment);
    expect(await stack.exited).toBe(1);
    const lines = stack
      .stderr()
      .split('\n')
      .filter((line) => line.includes('needs'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('Maven');
    expect(lines[0]).toContain('the Temporal CLI');
    expect(JSON.parse(stack.stdout())).toMatchObject({ error: { type: 'LocalStack' } });
    await rm(folder, { recursive: true });
    await rm(stack.temporary, { recursive: true });
  });

  test('a program that is on the PATH but does not run does not count', async () => {
    const { folder, environment } = await bareMachine();
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'temporal'), '#!/bin/sh\nexit 1\n');
    await chmod(join(folder, 'bin', 'temporal'), 0o755);
    const stack = await runPgferry(['stack', 'up', '--only', 'temporal'], environment);
    expect(await stack.exited).toBe(1);
    expect(stack.stderr()).toContain('the Temporal CLI');
    await rm(folder, { recursive: true });
    await rm(stack.temporary, { recursive: true });
  });
});
