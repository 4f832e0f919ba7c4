import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generateJsonSchema } from '../../../src/config/schema/generate-json-schema';
import { configurationReference } from '../../support/configuration-reference';
import { formatPage } from '../../support/format-page';

const root = join(__dirname, '../../..');

/** Compares a committed file with what it is generated from; `npm run docs` writes it instead. */
function expectUpToDate(name: string, text: string): void {
  const path = join(root, name);
  const formatted = formatPage(name, text);
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
