import { homedir } from 'node:os';
import { join } from 'node:path';

import { SyncFailure } from '../../sync/failures';

/**
 * The folder of downloads and builds, outside of any checkout: all of them share it.
 * @throws SyncFailure `LocalStack` where none is named and there is no home
 */
export function cacheDirectory(): string {
  const { PGFERRY_CACHE_DIR: own, XDG_CACHE_HOME: shared } = process.env;
  if (own !== undefined && own !== '') return own;
  return join(shared !== undefined && shared !== '' ? shared : join(requireHome(), '.cache'), 'pgferry');
}

function requireHome(): string {
  let found = '';
  try {
    found = homedir();
  } catch {
    // An account that nobody knows, as in a container.
  }
  // Without one, the folder would be somewhere below the working directory.
  if (found !== '') return found;
  const message = 'There is no home folder to keep downloads in.';
  throw new SyncFailure('LocalStack', message, 'Name a folder: PGFERRY_CACHE_DIR.');
}
