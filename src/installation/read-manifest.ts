import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PACKAGE_ROOT } from './package-root';

/** Parts of package.json that pgferry itself uses. */
export interface Manifest {
  readonly version: string;
  /** Optional packages with the versions that fit, as npm writes them. */
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** Reads pgferry's own package.json. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as Manifest;
}
