import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and builds are kept, outside of any checkout: they are shared by all of them. */
export function cacheDirectory(): string {
  const { PGFERRY_CACHE_DIR: own, XDG_CACHE_HOME: shared } = process.env;
  if (own !== undefined && own !== '') return own;
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'pgferry');
}
