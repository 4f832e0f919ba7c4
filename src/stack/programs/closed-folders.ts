import { dirname } from 'node:path';

import { SyncFailure } from '../../sync/failures';
import type { Account } from '../processes/server-home';
import { answers } from './find-command';

/**
 * A program that starts below a folder that is closed to its account says only that it can't be started: this says
 * which folder, and what to do.
 *
 * @param path - a server's folder
 * @throws SyncFailure `LocalStack`
 */
export async function refuseClosedFolders(path: string, account: Account): Promise<void> {
  for (const folder of foldersAbove(path)) {
    if (await answers('test', ['-x', folder], { ...account, cwd: '/' })) continue;
    throw new SyncFailure(
      'LocalStack',
      `PostgreSQL refuses to run as root, and the account that runs it (number ${account.uid}) can't reach ${path}: ` +
        `${folder} is closed to it.`,
      `Open it (chmod o+x ${folder}), or name another folder: --data FOLDER.`,
    );
  }
}

/** The folders that lead to a path, the highest first. */
function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [...foldersAbove(folder), folder];
}
