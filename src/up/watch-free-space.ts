import { statfs } from 'node:fs/promises';

const EVERY_MS = 5_000;
/** Bytes below which the space is little: Temporal's state grows by some megabytes a day. */
const LITTLE = 100_000_000;
/** Bytes below which a database can't grow by a page, or its log by a transaction. */
const NONE = 1_000_000;

type Space = 'enough' | 'little' | 'none';

/**
 * Looks at the space on the disk of a folder, and says so when it runs out and when it is there again. Temporal's server
 * itself keeps silent: whoever asks it for anything waits.
 * @param warn - takes a line
 * @returns ends it
 */
export function watchFreeSpace(folder: string, warn: (line: string) => void, everyMs = EVERY_MS): () => void {
  let known: Space = 'enough';
  const look = async () => {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const space = free < NONE ? 'none' : free < LITTLE ? 'little' : 'enough';
    if (space !== known) warn(describe(space, folder, free));
    known = space;
  };
  // A folder that can't be looked at is Temporal's trouble, too, and its end is told.
  const lookOrWait = () => void look().catch(() => undefined);
  lookOrWait();
  const timer = setInterval(lookOrWait, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

function describe(space: Space, folder: string, free: number): string {
  const [disk, left] = [`on the disk of ${folder}`, `${Math.floor(free / 1_000_000)} MB`];
  if (space === 'none') return `WARNING no space is left ${disk}: Temporal saves nothing, and every sync waits for it`;
  if (space === 'little') return `WARNING ${left} are left ${disk}, where Temporal keeps its state`;
  return `There is space again ${disk}: ${left}`;
}
