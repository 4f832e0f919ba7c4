import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import { readWorkerName } from '../sync/wire/worker-name';

/** Temporal takes identities of up to 1,000 bytes. */
const LONGEST_FILE = 500;

/**
 * A name for this process that no other has, also where, as in containers, every process has the same number.
 * @param file - the configuration file: where workers of several share a task queue, it tells whose a worker is
 */
export function createIdentity(file?: string): string {
  const name = `${process.pid}@${hostname()}#${randomBytes(4).toString('hex')}`;
  return file === undefined ? name : `${name} ${file.slice(-LONGEST_FILE)}`;
}

/**
 * Whether a worker ran on this host and has ended. Hosts of other names can't be asked: their workers count as alive.
 * @param own - identity of this process's worker: one of the same number is of an earlier process; absent: it is this one
 */
export function hasEnded(identity: string, own?: string): boolean {
  const name = readWorkerName(identity);
  if (name?.host !== hostname() || identity === own) return false;
  return name.pid === process.pid ? own !== undefined : !isRunning(name.pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It may belong to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
