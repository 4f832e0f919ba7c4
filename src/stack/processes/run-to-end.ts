import { readFile } from 'node:fs/promises';

import { SyncFailure } from '../../sync/failures';
import type { ServerCommand, Supervisor } from './supervisor';

/**
 * Runs a program that ends by itself.
 *
 * @throws SyncFailure `LocalStack` with the end of its output when it fails.
 */
export async function runToEnd(supervisor: Supervisor, command: ServerCommand): Promise<void> {
  const program = await supervisor.run(command);
  const { code, signal } = await program.exited;
  if (code === 0) return;
  const output = lastLines(await readLog(command.logFile));
  throw new SyncFailure(
    'LocalStack',
    `${command.file} ended with ${signal ?? `status ${code ?? 'unknown'}`}:\n${output}`,
  );
}

/** A program's output so far. */
export async function readLog(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** The end of an output, for a message. */
export function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-15).join('\n');
}
