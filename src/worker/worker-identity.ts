import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

const FORMAT = /^(?<pid>\d+)@(?<host>.+)#[0-9a-f]+$/u;

/** A name for this process that no other has, also where, as in containers, every process has the same number. */
export function createIdentity(): string {
  return `${process.pid}@${hostname()}#${randomBytes(4).toString('hex')}`;
}

/**
 * Whether a worker ran on this host and has ended. Hosts of other names can't be asked: their workers count as alive.
 * @param own identity of this process
 */
export function hasEnded(identity: string, own: string): boolean {
  const { pid, host } = FORMAT.exec(identity)?.groups ?? {};
  if (host !== hostname() || identity === own) return false;
  return Number(pid) === process.pid || !isRunning(Number(pid));
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
