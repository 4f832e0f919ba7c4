import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { findCommand } from '../../src/stack/programs/find-command';

const run = promisify(execFile);

/**
 * Path of a program, from Debian's package where it is not there yet. The package's own service is left alone.
 *
 * @throws Error in apt's own words, where there is no apt or no right to install
 */
export async function debianProgram(command: string, packageName = command): Promise<string> {
  const found = findCommand(command);
  if (found !== undefined) return found;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = () =>
    run('apt-get', ['install', '--yes', '--no-install-recommends', packageName], { env: environment });
  // A new machine has no list of packages yet.
  await install().catch(() => run('apt-get', ['update'], { env: environment }).then(install));
  const program = findCommand(command);
  if (program === undefined) throw new Error(`the Debian package ${packageName} has no command ${command}`);
  return program;
}
