import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { findTemporal } from '../../src/stack/programs/temporal-program';
import { temporalAddress } from './temporal-address';

/** How a command of Temporal's own CLI ended. */
export interface TemporalAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Temporal's own CLI against the tests' server. */
export async function runTemporal(...args: readonly string[]): Promise<TemporalAnswer> {
  const program = await findTemporal(() => undefined);
  try {
    const answer = await promisify(execFile)(program, [...args, '--address', temporalAddress()]);
    return { code: 0, ...answer };
  } catch (error) {
    const { code, stdout, stderr } = error as Error & { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
