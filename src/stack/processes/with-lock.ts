import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs while no other process runs under the same lock file; a lock left by a process that is gone doesn't count.
 * It saves work rather than guards data: two processes that find the same dead holder at once may both go ahead.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (!(await takeLock(file))) await delay(200);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Who holds a lock: what its file says, and whether that one still runs. */
export interface LockHolder {
  readonly text: string;
  readonly runs: (text: string) => boolean;
}

/**
 * Takes a lock, to be given back by removing its file; a lock left by a process that is gone doesn't count.
 *
 * @param holder - this process, as the lock's file says it; by its id where none is given
 * @returns false when somebody holds it, this process included
 */
export async function takeLock(file: string, holder = byId()): Promise<boolean> {
  if (await linkLock(file, holder)) return true;
  if (holder.runs(await readFile(file, 'utf8').catch(() => ''))) return false;
  await rm(file, { force: true });
  return linkLock(file, holder);
}

function byId(): LockHolder {
  return { text: String(process.pid), runs: (text) => isRunning(Number(text)) };
}

/** Links a file that is complete already, so that nobody ever reads a lock without its holder. */
async function linkLock(file: string, { text }: LockHolder): Promise<boolean> {
  const own = `${file}-${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(own, text);
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** True while a process of that id exists. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
