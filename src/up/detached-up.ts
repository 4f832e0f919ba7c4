import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { PACKAGE_ROOT } from '../installation/package-root';
import { lastLines, readLog } from '../stack/processes/run-to-end';
import { SyncFailure } from '../sync/failures';
import { isSame, prepareDataFolder, readRecord } from './data-folder';

/** A `pgferry up` in the background. */
export interface DetachedUp {
  readonly pid: number;
  readonly logFile: string;
}

/** Milliseconds that an `up` which was told to stop may take: activities go to a checkpoint, the server closes its database. */
const STOP_MS = 60_000;

/**
 * Runs this very command line once more, without `--detach`, as a process that outlives this one.
 * @param folder - its data folder, which keeps its log, too
 * @param say - is told that it may take a while
 * @throws SyncFailure `LocalStack` with its last words when it ends before it works
 */
export async function startDetached(folder: string, say: (line: string) => void): Promise<DetachedUp> {
  const path = await prepareDataFolder(folder);
  const logFile = join(path, 'up.log');
  const output = openSync(logFile, 'w', 0o600);
  const args = process.argv.slice(2).filter((argument) => argument !== '--detach');
  const child = fork(join(PACKAGE_ROOT, 'bin', 'pgferry.js'), args, {
    detached: true,
    execArgv: [],
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  say('starting …');
  await new Promise<void>((done, reject) => {
    child.once('message', () => {
      done();
    });
    child.once('error', reject);
    child.once('exit', () => {
      void readLog(logFile).then((text) => {
        reject(new SyncFailure('LocalStack', `It ended before it worked:\n${lastLines(text)}`, `Its log: ${logFile}`));
      });
    });
  });
  child.disconnect();
  child.unref();
  return { pid: child.pid ?? 0, logFile };
}

/**
 * Stops the `up` of a folder in order.
 * @returns false when none runs there
 * @throws SyncFailure `LocalStack` when it takes too long
 */
export async function stopUp(folder: string): Promise<boolean> {
  const record = await readRecord(folder);
  if (record === undefined || !isSame(record.up)) return false;
  process.kill(record.up.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  while (isSame(record.up)) {
    if (Date.now() > deadline) {
      const message = `Process ${record.up.pid} has not stopped within ${STOP_MS / 1_000} s.`;
      throw new SyncFailure('LocalStack', message, 'It goes on stopping; a second `pgferry down` ends it at once.');
    }
    await delay(100);
  }
  return true;
}
