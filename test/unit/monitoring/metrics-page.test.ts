import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { METRICS } from '../../../src/monitoring/metric-catalogue';

const PAGE = join(__dirname, '../../../docs/metrics.md');

function writePage(): string {
  const rows = Object.entries(METRICS).map(
    ([name, { kind, labels, help }]) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`,
  );
  return [
    '# Metrics',
    '',
    'Generated from `src/monitoring/metric-catalogue.ts` by `npm run docs`. Besides, `/metrics` has those of Node.js',
    "(`nodejs_*`, `process_*`) and of Temporal's SDK (`temporal_*`).",
    '',
    '| metric | kind | labels | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

describe('docs/metrics.md', () => {
  test('lists every metric of pgferry; UPDATE_DOCS=1 writes it anew', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, writePage());
    expect(readFileSync(PAGE, 'utf8')).toBe(writePage());
  });
});
