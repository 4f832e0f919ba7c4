import { readJson, runInProcess } from '../../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncs, type Syncs } from '../../support/start-syncs';
import { putTemplate, UNFIT_TEMPLATES } from '../../support/unfit-templates';

const elasticsearch = connectElasticsearch();
let database: TestDatabase;
let syncs: Syncs;
let connector: ConnectorEntry;
let file: string;

beforeAll(async () => {
  [database, syncs] = await Promise.all([createDatabase(), startSyncs()]);
  await database.sql(`
    create table item (id int primary key, name text);
    insert into item select i, 'a' from generate_series(1, 20) as i;
    create view shown as select * from item;`);
});
beforeEach(() => {
  connector = connectorEntry(database, { tables: ['item', 'shown'] });
  file = writeConfiguration({ connectors: [connector] });
});
afterEach(async () => {
  await elasticsearch.indices.deleteIndexTemplate({ name: connector.index_name }, { ignore: [404] });
  await deleteIndices(elasticsearch, connector.index_name);
});
afterAll(async () => {
  await syncs.stop();
  await elasticsearch.close();
  await database.drop();
});

interface Checked {
  readonly checked: readonly {
    readonly connector_id: string;
    readonly problems: readonly { readonly type: string; readonly message: string; readonly remedy: string }[];
    readonly warnings: readonly { readonly message: string; readonly remedy: string }[];
    readonly notes: readonly string[];
  }[];
}

async function check() {
  const { checked } = readJson<Checked>(await runInProcess(['check', '--json', '-c', file]));
  const found = checked.find(({ connector_id: id }) => id === connector.connector_id);
  if (found === undefined) throw new Error('it was not checked');
  return found;
}

const plan = () => runInProcess(['plan', '-c', file]);

describe('an index template that', () => {
  test.each(Object.entries(UNFIT_TEMPLATES))(
    '%s is found by check and plan; a sync ends before it makes an index',
    async (_, { template, type, says }) => {
      const { index_name: index } = connector;
      await putTemplate(elasticsearch, index, template);
      const { problems } = await check();
      expect(problems).toMatchObject([{ type, message: expect.stringMatching(says) as string }]);
      const planned = await plan();
      expect(planned.code).not.toBe(0);
      expect(planned.stderr).toMatch(says);
      await expect(syncs.connect(database.url, { index }).sync()).rejects.toMatchObject({ type });
      expect(await elasticsearch.indices.get({ index: `${index}*`, expand_wildcards: 'all' })).toEqual({});
    },
  );

  test('gives a field otherwise than pgferry makes it: check and plan warn of it, and syncs work', async () => {
    await putTemplate(elasticsearch, connector.index_name, {
      template: { mappings: { properties: { public_item_id: { type: 'text' } } } },
    });
    const { problems, warnings } = await check();
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([
      { message: expect.stringMatching(/field public_item_id text of an index template: it is long/u) as string },
    ]);
    expect((await plan()).stderr).toMatch(/Warnings\n.*field public_item_id text/u);
  });

  test('matches index_name and not the index behind it is told: it would give nothing', async () => {
    const { index_name: index } = connector;
    await putTemplate(elasticsearch, index, { template: { settings: { 'index.refresh_interval': '7s' } } }, index);
    expect((await check()).warnings).toMatchObject([
      {
        message: expect.stringContaining(`matches ${index} and not ${index}-*`) as string,
        remedy: expect.stringContaining(`${index}-*`) as string,
      },
    ]);
    await putTemplate(elasticsearch, index, { template: { settings: { 'index.refresh_interval': '7s' } } });
    expect((await check()).warnings).toEqual([]);
  });

  test('asks for nothing that matters leaves check content, and a view that is left out is noted', async () => {
    const { problems, warnings, notes } = await check();
    expect([problems, warnings]).toEqual([[], []]);
    expect(notes).toEqual(['public.shown is left out: it is a view relation: name its key in documents.id_columns']);
  });
});

test('the index of dead letters takes no pipeline, routing or block of a template', async () => {
  // Given after the index was made, so that only the dead letters' is made under it.
  const { index_name: index } = connector;
  const rejecting = syncs.connect(database.url, {
    index,
    documents: {
      fieldNames: 'prefixed',
      json: 'flattened',
      excludeColumns: [],
      mapping: { 'public.item.name': { type: 'ip' } },
      idColumns: {},
      rowSecurity: 'refused',
    },
    selection: { schemas: ['public'], tables: ['item'] },
  });
  await database.sql(`update item set name = '127.0.0.1'`);
  await rejecting.sync();
  await putTemplate(elasticsearch, index, {
    template: {
      settings: { 'index.default_pipeline': 'nowhere', 'index.blocks.write': true, 'index.blocks.read_only': true },
      mappings: { _routing: { required: true } },
    },
  });
  await database.sql(`update item set name = 'no address' where id = 1`);
  expect(await rejecting.sync()).toMatchObject({ rejected: 1 });
  const { hits } = await elasticsearch.search<{ reason: string }>({ index: `${index}-rejected` });
  expect(hits.hits[0]?._source?.reason).toMatch(/: it is no IP address; give the field a mapping that takes it/u);
});
