import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { StackAddresses } from '../../src/stack/servers/stack-addresses';

const PGFERRY = join(__dirname, '..', '..', 'bin', 'pgferry.js');

/** `pgferry` as a process of its own, with a temporary folder of its own that shows what it leaves behind. */
export interface PgferryProcess {
  readonly child: ChildProcess;
  readonly temporary: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<number | null>;
}

/** A folder that other accounts can look into, as the system's own: PostgreSQL may run under one. */
export async function makeTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stack-test-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Starts `pgferry` with no server named in its environment, unless `environment` names one. */
export async function runPgferry(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<PgferryProcess> {
  const temporary = await makeTemporaryFolder();
  const unset = { PGFERRY_POSTGRES_URL: '', PGFERRY_ELASTICSEARCH_URL: '', TEMPORAL_ADDRESS: '' };
  const child = spawn(process.execPath, [PGFERRY, ...args], {
    env: { ...process.env, ...unset, TMPDIR: temporary, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a shell gives to what it runs: Ctrl-C goes to the whole group.
    detached: true,
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  return {
    child,
    temporary,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    exited: once(child, 'close').then(([code]) => code as number | null),
  };
}

/** Waits for the addresses that `--json` prints. */
export async function awaitAddresses({ child, stdout, stderr, exited }: PgferryProcess): Promise<StackAddresses> {
  const ended = exited.then((code) => {
    throw new Error(`pgferry ended with ${code ?? 'a signal'}: ${stderr()}`);
  });
  while (!stdout().includes('\n')) await Promise.race([once(child.stdout ?? child, 'data'), ended]);
  ended.catch(() => undefined);
  return JSON.parse(stdout()) as StackAddresses;
}

/** Command lines of all processes that hold a text: the process's own folder, or a port. */
export async function listProcesses(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'command='], { maxBuffer: 10_000_000 });
  return stdout.split('\n').filter((line) => line.includes(text));
}

/** What a process left behind: its servers, and files in its temporary folder. */
export async function listRemains({ temporary }: PgferryProcess, addresses?: StackAddresses): Promise<string[]> {
  const port = addresses?.temporal?.address.split(':')[1];
  return [
    ...(await listProcesses(temporary)),
    ...(port === undefined ? [] : await listProcesses(`--port ${port} `)),
    ...(await readdir(temporary)).filter((name) => name.startsWith('pgferry-')),
  ];
}
