import { SyncFailure } from '../../sync/failures';

/** What the system says of a folder that can't be written, for people. */
const TROUBLES: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its disk',
  EDQUOT: 'the quota of its disk is used up',
  EROFS: 'its file system is read-only',
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a file has its name',
};

/** Says why a folder or file can't be used; undefined where the error is none of the file system. */
export function describeFolderTrouble(error: unknown): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || syscall === undefined) return undefined;
  return TROUBLES[code] ?? code;
}

/**
 * Runs work that writes to the folder of downloads.
 * @throws SyncFailure `LocalStack` that names it, and what to do, where it can't be written
 */
export async function writingToCache<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const trouble = describeFolderTrouble(error);
    if (trouble === undefined) throw error;
    const message = `The folder of downloads, ${folder}, can't be used: ${trouble}.`;
    throw new SyncFailure('LocalStack', message, 'Mend that, or name another folder: PGFERRY_CACHE_DIR.');
  }
}
