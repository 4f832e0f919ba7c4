import { join } from 'node:path';

import { cacheDirectory } from '../../src/stack/processes/cache-directory';
import { runToEnd } from '../../src/stack/processes/run-to-end';
import { buildOnce } from '../../src/stack/programs/build-once';
import { findCommand } from '../../src/stack/programs/find-command';

/**
 * Installs one version of an npm package into the cache, once, without running its scripts.
 * @param folder - name of its folder in the cache
 * @returns the package's folder
 */
export async function installFromNpm(folder: string, name: string, version: string): Promise<string> {
  const npm = findCommand('npm');
  if (npm === undefined) throw new Error('npm is not on the PATH');
  const installed = await buildOnce(join(cacheDirectory(), folder), async (scratch, supervisor) => {
    const options = ['--prefix', scratch, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
    await runToEnd(supervisor, {
      file: npm,
      args: ['install', ...options, `${name}@${version}`],
      directory: scratch,
      logFile: join(scratch, 'npm.log'),
    });
    return scratch;
  });
  return join(installed, 'node_modules', name);
}
