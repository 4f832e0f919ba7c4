import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The time at which a process began, in the system's own words: with its id it tells it from a later process of the same id.
 * @returns undefined where it runs no longer, or can't be known
 */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
    // The name, in parentheses, may hold anything; the 22nd field is the start in ticks since boot.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /su, '')
      .split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // A process that has ended and that nobody has asked about is there all the same.
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}
