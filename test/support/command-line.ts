import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { main } from '../../src/cli/main';

const PGFERRY = join(__dirname, '..', '..', 'bin', 'pgferry.js');

/** How a command ended. */
export interface FinishedCommand {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly finished: Promise<FinishedCommand>;
}

/**
 * Starts the real command line, as built, in a process of its own and away from the checkout.
 * @param input - for its standard input
 */
export function startCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input?: string,
): RunningCommand {
  const started = performance.now();
  const child = spawn(process.execPath, [PGFERRY, ...args], {
    cwd: tmpdir(),
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  const finished = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    ...text,
    durationMs: performance.now() - started,
  }));
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, finished };
}

/** Runs the command line to its end. */
export function runCommand(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<FinishedCommand> {
  return startCommand(args, environment).finished;
}

/**
 * Runs a command within this process: the same code without the second that starting a process costs. One at a time,
 * and nothing that executes syncs.
 */
export async function runInProcess(args: readonly string[]): Promise<FinishedCommand> {
  const text = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((part) => {
      text[stream] += String(part);
      return true;
    }),
  );
  const started = performance.now();
  const codeBefore = process.exitCode;
  process.exitCode = undefined;
  try {
    await main(args);
    return { code: exitCode(), ...text, durationMs: performance.now() - started };
  } finally {
    process.exitCode = codeBefore;
    for (const spy of spies) spy.mockRestore();
  }
}

function exitCode(): number {
  return typeof process.exitCode === 'number' ? process.exitCode : 0;
}

/** What `--json` printed: standard output must be one document and nothing else. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what is expected is the caller's to say
export function readJson<Document = unknown>({ stdout, stderr }: FinishedCommand): Document {
  const lines = stdout.split('\n');
  if (lines.length !== 2 || lines[1] !== '')
    throw new Error(`standard output is not one line of JSON: ${stdout}${stderr}`);
  return JSON.parse(stdout) as Document;
}
