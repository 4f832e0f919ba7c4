import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createProgram } from '../../../src/cli/main';
import { renderManualPage } from '../../support/manual-page';

const PAGE = join(__dirname, '..', '..', '..', 'docs', 'pgferry.1');

test('docs/pgferry.1 is the manual page of all commands (else: npm run docs)', () => {
  const page = renderManualPage(createProgram());
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
