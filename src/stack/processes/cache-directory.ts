import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of downloads and builds, outside of any checkout: all of them share it. */
export function cacheDirectory(): string {
  const { PGFERRY_CACHE_DIR: own, XDG_CACHE_HOME: shared } = process.env;
  if (own !== undefined && own !== '') return own;
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'pgferry');
}
