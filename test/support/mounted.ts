import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FinishedCommand } from './command-line';

const PGFERRY = join(__dirname, '..', '..', 'bin', 'pgferry.js');

/** What keeps tests from mounts of their own; undefined where nothing does. */
export function findMountTrouble(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', ['--mount', 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/**
 * Runs the command line where a script of the shell has mounted something first, which nobody else sees.
 * @param account - id of the user, without an entry in the list of accounts, that it runs as; absent: this one
 */
export async function runMounted(
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  account?: number,
): Promise<FinishedCommand> {
  const started = performance.now();
  const as = account === undefined ? [] : ['setpriv', `--reuid=${account}`, `--regid=${account}`, '--clear-groups'];
  const command = ['--mount', 'sh', '-c', `${script} && exec "$@"`, 'sh', ...as, process.execPath, PGFERRY, ...args];
  const env = { ...process.env, NO_COLOR: '1', ...environment };
  const child = spawn('unshare', command, { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text, durationMs: performance.now() - started };
}
