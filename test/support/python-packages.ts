import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cacheDirectory } from '../../src/stack/processes/cache-directory';
import { runToEnd } from '../../src/stack/processes/run-to-end';
import { buildOnce } from '../../src/stack/programs/build-once';

/** The Python that tests run, which is one of the stack's prerequisites. */
export const PYTHON = 'python3';

/**
 * Installs what a requirements.txt names, once, beside what else is downloaded, outside of the checkout.
 *
 * @returns folder for PYTHONPATH
 * @throws Error with pip's own words when it can't: without a network, or with a Python that is too old
 */
export async function installPythonPackages(requirements: string): Promise<string> {
  const version = (await promisify(execFile)(PYTHON, ['--version'])).stdout.trim();
  const hash = createHash('sha256').update(version).update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return buildOnce(join(cacheDirectory(), `python-${hash}`), async (scratch, supervisor) => {
    const folder = join(scratch, 'packages');
    const args = ['-m', 'pip', 'install', '--only-binary=:all:', '--target', folder, '-r', requirements];
    const command = { file: PYTHON, args, directory: scratch, logFile: join(scratch, 'pip.log') };
    await runToEnd(supervisor, command).catch((error: unknown) => {
      throw new Error(`${requirements} can't be installed for ${version}: it needs Python 3.10 with pip, and PyPI`, {
        cause: error,
      });
    });
    return folder;
  });
}
