import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

import { writingToCache } from '../processes/folder-trouble';
import { openSupervisor, type Supervisor } from '../processes/supervisor';
import { withLock } from '../processes/with-lock';

/**
 * Makes a file or directory that is expensive to make, once for all processes: either a complete one stands at `target`
 * or none. Others that want it meanwhile wait for it.
 *
 * @param build - Fills the scratch directory, running programs by the supervisor, and returns the path in it that
 *   becomes `target`.
 * @returns `target`
 * @throws SyncFailure `LocalStack` where the folder of `target` can't be written; what `build` throws
 */
export async function buildOnce(
  target: string,
  build: (scratch: string, supervisor: Supervisor) => Promise<string>,
): Promise<string> {
  if (existsSync(target)) return target;
  await writingToCache(dirname(target), async () => {
    await mkdir(dirname(target), { recursive: true });
    await withLock(`${target}.lock`, async () => {
      if (existsSync(target)) return;
      const scratch = `${target}.building-${process.pid}`;
      const supervisor = await openSupervisor([scratch]);
      try {
        await mkdir(scratch, { recursive: true });
        await rename(await build(scratch, supervisor), target);
      } finally {
        await supervisor.close();
      }
    });
  });
  return target;
}
