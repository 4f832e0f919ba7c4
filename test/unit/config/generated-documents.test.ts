import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generateJsonSchema } from '../../../src/config/schema/generate-json-schema';
import { configurationReference } from '../../support/configuration-reference';

const root = join(__dirname, '../../..');

/** Formats as `prettier --write` would; in a process of its own, because jest can't load prettier's modules. */
function format(name: string, text: string): string {
  const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
  return execFileSync(process.execPath, [prettier, '--stdin-filepath', name], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
}

/** Compares a committed file with what it is generated from; `npm run docs` writes it instead. */
function expectUpToDate(name: string, text: string): void {
  const path = join(root, name);
  const formatted = format(name, text);
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(path, formatted);
  expect(readFileSync(path, 'utf8')).toBe(formatted);
}

describe('generated documents', () => {
  test('docs/pgferry.schema.json is the schema that files are checked by (else: npm run docs)', () => {
    expectUpToDate('docs/pgferry.schema.json', JSON.stringify(generateJsonSchema()));
  });

  test('docs/configuration.md describes every key of that schema (else: npm run docs)', () => {
    expectUpToDate('docs/configuration.md', configurationReference());
  });
});
