import { readJson, startCommand } from '../support/command-line';
import type { Stage } from './stage';

/** What `pgferry verify --json` prints, as far as a soak wants it. */
export interface VerifyDocument {
  readonly ok: boolean;
  readonly compared_content: boolean;
  readonly missing: number;
  readonly changed: number;
  readonly extra: number;
  readonly outdated: number;
  readonly differences: readonly unknown[];
}

/**
 * Has pgferry itself compare every row with its document.
 * @returns what it finds wrong
 */
export async function verifyByCommand({ configuration, environment }: Stage): Promise<string[]> {
  const command = startCommand(['verify', 'soak', '--json', '-c', configuration], environment('direct'));
  const end = await command.finished;
  const verified = readJson<VerifyDocument>(end);
  if (verified.ok && verified.compared_content && end.code === 0) return [];
  return [`verify (exit code ${end.code ?? 'none'}): ${JSON.stringify(verified)}`];
}
