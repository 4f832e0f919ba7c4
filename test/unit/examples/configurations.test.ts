import { loadSettings } from '../../../src/config/load-settings';
import { parseSettings } from '../../../src/config/parse-settings';
import { exampleFile, listSyncedExamples, readExample } from '../../support/example-files';

/** What stays the reader's to say; everything else has a default. */
const ENVIRONMENT = { PGPASSWORD: 'secret' };

const load = (example: string) => loadSettings(exampleFile(example, 'pgferry.yml'), ENVIRONMENT);

const EXAMPLES = listSyncedExamples();

describe.each(EXAMPLES)('examples/%s/pgferry.yml', (example) => {
  test('parses without a note or a warning, and asks for an encrypted connection', async () => {
    const { settings, notes, warnings } = await load(example);
    expect({ notes, warnings }).toEqual({ notes: [], warnings: [] });
    for (const { source } of settings.connectors) {
      expect(source).toMatchObject({ host: 'localhost', password: 'secret', tls: { mode: 'require' } });
    }
  });
});

test('no two examples share a connector or an index: all of them can be tried on one stack', async () => {
  const all = (await Promise.all(EXAMPLES.map(load))).flatMap(({ settings }) => settings.connectors);
  const names = [...all.map(({ id }) => id), ...all.map(({ indexName }) => indexName)];
  expect(new Set(names).size).toBe(names.length);
});

test('nearest neighbours: text by its meaning is a section that can be taken out of its comment', () => {
  const text = readExample('nearest-neighbours', 'pgferry.yml');
  const uncommented = text.replace(/^ {4}# (?= *(?:index|mapping|properties|caption|place|about):)/gmu, '    ');
  const { settings, notes } = parseSettings(uncommented, {
    environment: ENVIRONMENT,
    directory: '/',
    readFile: () => '',
  });
  expect(notes).toEqual([]);
  expect(settings.connectors[0]?.indexContent?.mapping).toEqual({
    properties: {
      caption: { copy_to: 'about' },
      place: { copy_to: 'about' },
      about: { type: 'semantic_text', inference_id: 'my-endpoint' },
    },
  });
});

test('several connectors share their server, and nothing else', async () => {
  const { settings } = await load('several-connectors');
  expect(settings.connectors).toMatchObject([
    { id: 'products', indexName: 'search-products', selection: { schemas: ['catalog'] } },
    { id: 'customers', indexName: 'support-customers', selection: { schemas: ['crm'] } },
  ]);
});
