import { copyFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { PACKAGE_ROOT } from './package-root';

const SCHEMA = join('docs', 'pgferry.schema.json');

/** The schema of configuration files, where an editor that has one open finds it. */
export interface SchemaForEditors {
  /** Relative to the folder of the configuration file, with slashes. */
  readonly path: string;
  /** Puts it there, where it isn't yet. */
  readonly place: () => Promise<void>;
}

/**
 * In the project that pgferry is installed in, or in the checkout, it is the package's own; else a copy beside the
 * configuration file, since a global folder is another one on each machine.
 *
 * @param file - the configuration file
 * @param packageRoot - folder of this package
 */
export function schemaForEditors(file: string, packageRoot: string = PACKAGE_ROOT): SchemaForEditors {
  const folder = dirname(resolve(file));
  const modules = dirname(packageRoot);
  const project = basename(modules) === 'node_modules' ? dirname(modules) : packageRoot;
  const schema = join(packageRoot, SCHEMA);
  if (folder === project || folder.startsWith(`${project}${sep}`)) {
    return { path: relative(folder, schema).replaceAll(sep, '/'), place: () => Promise.resolve() };
  }
  return { path: basename(SCHEMA), place: () => copyFile(schema, join(folder, basename(SCHEMA))) };
}
