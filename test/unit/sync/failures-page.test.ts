import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FAILURES } from '../../../src/sync/failures';

const PAGE = join(__dirname, '../../../docs/failures.md');

function writePage(): string {
  const rows = Object.entries(FAILURES).map(
    ([type, { retryable, remedy }]) => `| \`${type}\` | ${retryable ? 'yes' : 'no'} | ${remedy} |`,
  );
  return [
    '# Failures',
    '',
    'Generated from `src/sync/failures.ts` by `npm run docs`. What can be tried again is, by Temporal, until it works.',
    '',
    '| type | tried again | remedy |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

describe('docs/failures.md', () => {
  test('lists every type of failure with its remedy; UPDATE_DOCS=1 writes it anew', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, writePage());
    expect(readFileSync(PAGE, 'utf8')).toBe(writePage());
  });
});
