import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The settings of memory allocation that the image gives to a worker, for measuring one as it will run. */
export function imageAllocation(): Record<string, string> {
  const dockerfile = readFileSync(join(__dirname, '..', '..', 'Dockerfile'), 'utf8');
  const found = [...dockerfile.matchAll(/\b(MALLOC_\w+)=(\S+)/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
}
