import { loadSettings } from '../../../src/config/load-settings';
import { exampleFile } from '../../support/example-files';

/** What stays the reader's to say; everything else has a default. */
const ENVIRONMENT = { PGPASSWORD: 'secret' };

const load = (example: string) => loadSettings(exampleFile(example, 'pgferry.yml'), ENVIRONMENT);

describe.each([['joins'], ['several-connectors'], ['plain-fields']])('examples/%s/pgferry.yml', (example) => {
  test('parses without a note or a warning, and asks for an encrypted connection', async () => {
    const { settings, notes, warnings } = await load(example);
    expect({ notes, warnings }).toEqual({ notes: [], warnings: [] });
    for (const { source } of settings.connectors) {
      expect(source).toMatchObject({ host: 'localhost', password: 'secret', tls: { mode: 'require' } });
    }
  });
});

test('several connectors share their server, and nothing else', async () => {
  const { settings } = await load('several-connectors');
  expect(settings.connectors).toMatchObject([
    { id: 'products', indexName: 'search-products', selection: { schemas: ['catalog'] } },
    { id: 'customers', indexName: 'support-customers', selection: { schemas: ['crm'] } },
  ]);
});
