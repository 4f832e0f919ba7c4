import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeTypeMappingPage } from '../../support/type-mapping-page';

const PAGE = join(__dirname, '../../../docs/type-mapping.md');

describe('docs/type-mapping.md', () => {
  test('says what the table of types does; UPDATE_DOCS=1 writes it anew', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, writeTypeMappingPage());
    expect(readFileSync(PAGE, 'utf8')).toBe(writeTypeMappingPage());
  });
});
