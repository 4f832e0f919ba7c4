import { join } from 'node:path';

import { installFromNpm } from './install-from-npm';

/** The newest release of each line of Node.js that is supported, as npm packages hold it. */
export const NODE_VERSIONS: Readonly<Record<string, string>> = {
  'node-20': '20.20.2',
  'node-22': '22.23.3',
  'node-24': '24.21.0',
};

/**
 * Installs one version of Node.js into the cache, once: from the package that `node` itself fetches by a script.
 * @returns the program
 */
export async function installNode(version: string): Promise<string> {
  const folder = await installFromNpm(`node-${version}`, `node-${process.platform}-${process.arch}`, version);
  return join(folder, 'bin', 'node');
}
