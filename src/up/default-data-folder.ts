import { homedir } from 'node:os';
import { join } from 'node:path';

import { SyncFailure } from '../sync/failures';

/** The surroundings that say where a user's data belong. */
export interface UserSurroundings {
  readonly platform: NodeJS.Platform;
  /** `XDG_DATA_HOME` */
  readonly dataHome?: string | undefined;
  /** @throws an error of the system where the account has none */
  readonly home: () => string;
}

/**
 * Finds the folder of `pgferry up` where none is named: below the user's data, as the XDG specification and macOS have it.
 * @throws SyncFailure `InvalidConfig` where there is no home
 */
export function defaultDataFolder({ platform, dataHome, home }: UserSurroundings): string {
  if (dataHome !== undefined && dataHome !== '') return join(dataHome, 'pgferry');
  const below = platform === 'darwin' ? ['Library', 'Application Support'] : ['.local', 'share'];
  return join(requireHome(home), ...below, 'pgferry');
}

function requireHome(home: () => string): string {
  let found = '';
  try {
    found = home();
  } catch {
    // An account that nobody knows, as in a container.
  }
  if (found !== '') return found;
  throw new SyncFailure('InvalidConfig', 'There is no home folder to keep data in.', 'Name a folder: --data FOLDER');
}

/** The surroundings of this process. */
export function userSurroundings(dataHome: string | undefined): UserSurroundings {
  return { platform: process.platform, dataHome, home: homedir };
}
