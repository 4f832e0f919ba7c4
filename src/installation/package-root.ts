import { join } from 'node:path';

/** Folder of package.json: the same seen from src/ and from dist/. */
export const PACKAGE_ROOT = join(__dirname, '..', '..');
