import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { PACKAGE_ROOT } from '../installation/package-root';
import { SyncFailure } from '../sync/failures';
import { cacheDirectory } from './processes/cache-directory';
import { lastLines, readLog } from './processes/run-to-end';
import { isRunning, withLock } from './processes/with-lock';
import { checkServers } from './servers/check-servers';
import type { StackAddresses, StackServer } from './servers/stack-addresses';
import type { StackOptions } from './start-stack';

/** Record of the stack in the background; there is one a user. */
interface DetachedStack {
  readonly pid: number;
  readonly addresses: StackAddresses;
}

/** Message of the background process to the one that started it. */
export type DetachedReport = { readonly line: string } | { readonly addresses: StackAddresses };

const stateFile = () => join(cacheDirectory(), 'stack.json');

/**
 * Starts a stack that outlives this process, or returns the one that runs already.
 *
 * @throws SyncFailure `LocalStack` with what the background process said when it does not start.
 */
export async function startDetachedStack(options: StackOptions): Promise<StackAddresses> {
  await mkdir(cacheDirectory(), { recursive: true });
  return withLock(`${stateFile()}.lock`, async () => {
    const running = await readDetachedStack();
    if (running !== undefined) {
      options.log?.('a stack runs in the background already');
      return running.addresses;
    }
    const started = await launch(options);
    await writeFile(`${stateFile()}.new`, JSON.stringify(started), { mode: 0o600 });
    await rename(`${stateFile()}.new`, stateFile());
    return started.addresses;
  });
}

/** Stops the stack in the background; false when there is none. */
export async function stopDetachedStack(): Promise<boolean> {
  const running = await readDetachedStack();
  if (running === undefined) return false;
  process.kill(running.pid, 'SIGTERM');
  while (isRunning(running.pid)) await delay(100);
  await rm(stateFile(), { force: true });
  return true;
}

/** Reads the addresses of the servers in the background, and whether they answer; `addresses` is null when there are none. */
export async function readStackStatus(): Promise<{
  readonly addresses: StackAddresses | null;
  readonly answering: Partial<Record<StackServer, boolean>>;
}> {
  const running = await readDetachedStack();
  if (running === undefined) return { addresses: null, answering: {} };
  return { addresses: running.addresses, answering: await checkServers(running.addresses) };
}

async function readDetachedStack(): Promise<DetachedStack | undefined> {
  const text = await readFile(stateFile(), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const stack = JSON.parse(text) as DetachedStack;
  return isRunning(stack.pid) ? stack : undefined;
}

async function launch({ log, ...options }: StackOptions): Promise<DetachedStack> {
  const logFile = join(cacheDirectory(), 'stack.log');
  const output = openSync(logFile, 'w', 0o600);
  const { dataDir } = options;
  const settings = { ...options, ...(dataDir === undefined ? {} : { dataDir: resolve(dataDir) }) };
  const child = fork(join(PACKAGE_ROOT, 'dist', 'stack', 'detached-stack-process.js'), [JSON.stringify(settings)], {
    detached: true,
    execArgv: [],
    cwd: '/',
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  const addresses = await new Promise<StackAddresses>((done, reject) => {
    child.on('message', (report: DetachedReport) => {
      if ('line' in report) log?.(report.line);
      else done(report.addresses);
    });
    child.once('error', reject);
    child.once('exit', () => {
      void readLog(logFile).then((output) => {
        reject(new SyncFailure('LocalStack', lastLines(output)));
      });
    });
  });
  child.disconnect();
  child.unref();
  return { pid: child.pid ?? 0, addresses };
}
