import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { PACKAGE_ROOT } from '../../src/installation/package-root';

/**
 * Formats as `prettier --write` would; in a process of its own, because jest can't load prettier's modules.
 * @param name - the file's path, which says what it is
 * @param options - more of the command line: `--print-width=40`
 */
export function formatPage(name: string, text: string, ...options: readonly string[]): string {
  const prettier = join(PACKAGE_ROOT, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  const arguments_ = [prettier, '--stdin-filepath', name, ...options];
  return execFileSync(process.execPath, arguments_, { cwd: PACKAGE_ROOT, input: text, encoding: 'utf8' });
}
