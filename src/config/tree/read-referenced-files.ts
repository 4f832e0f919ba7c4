import { resolve } from 'node:path';

import type { ConfigurationPath } from '../problems/configuration-path';
import type { ProblemList } from '../problems/problem-list';
import { systemErrorCode } from '../problems/system-error-code';
import { knownKeys } from '../schema/schema-walk';
import { isNode } from './configuration-node';

/** Reads a file that a key names, relative to the configuration's directory. */
export interface FileReader {
  readonly directory: string;
  readonly readFile: (path: string) => string;
}

const SUFFIX = '_file';

/**
 * Puts the content of `password_file` and the like in place as `password`, without the newline at its end; their names
 * become absolute.
 */
export function readReferencedFiles(
  value: unknown,
  path: ConfigurationPath,
  reader: FileReader,
  problems: ProblemList,
): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      readReferencedFiles(item, [...path, index], reader, problems);
    });
    return;
  }
  if (!isNode(value)) return;
  const known = knownKeys(path);
  for (const [key, child] of Object.entries(value)) {
    const target = targetOf(key, known);
    if (target === undefined) readReferencedFiles(child, [...path, key], reader, problems);
    else if (typeof child === 'string' && child.trim() !== '') {
      if (isGiven(value[target])) problems.add([...path, key], `is given together with ${target}; keep one`);
      else {
        value[target] = readText(child, [...path, target], reader, problems);
        value[key] = resolve(reader.directory, child);
      }
    }
  }
}

function targetOf(key: string, known: readonly string[]): string | undefined {
  // Elastic's own name of `ca_file`.
  if (key === 'ca_certs' && known.includes(key)) return 'ca';
  const target = key.slice(0, -SUFFIX.length);
  return key.endsWith(SUFFIX) && known.includes(key) && known.includes(target) ? target : undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '';
}

/**
 * The text of a file; undefined, and a problem, where it can't be read. The name stays out: it may be a secret put into
 * the wrong key.
 */
export function readText(
  name: string,
  path: ConfigurationPath,
  { directory, readFile }: FileReader,
  problems: ProblemList,
): string | undefined {
  try {
    return readFile(resolve(directory, name)).replace(/\r?\n$/, '');
  } catch (error) {
    const code = systemErrorCode(error) ?? 'unknown error';
    const reason = code === 'ENOENT' ? 'there is no such file' : code;
    problems.add(path, `the file named for it can't be read (${reason})`);
    return undefined;
  }
}
