import { connectElasticsearch, uniqueIndex } from '../support/elasticsearch';
import { expectInStep } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

const elasticsearch = connectElasticsearch();
let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create domain quantity as int;
    create type size as (width int, height smallint);
    create table item (id int, line smallint, tags int[], amount quantity, size size, v text, primary key (id, line));
    insert into item select i, i, array[i, -i], i, (i, i::smallint)::size, 'a' from generate_series(1, 20) as i;
    create table other (id int primary key, v text);
    insert into other select i, 'a' from generate_series(1, 20) as i`);
  connector = syncs.connect(database.url, { index: uniqueIndex('widened') });
});
afterEach(() => database.drop());
afterAll(async () => {
  await syncs.stop();
  await elasticsearch.close();
});

const WIDEN = `
  alter table item alter column id type bigint, alter column line type int, alter column tags type bigint[],
    alter column amount type bigint;
  insert into item values (3000000000, 70000, '{3000000000}', 4000000000, (1, 2), 'b')`;

/** An index as pgferry 0.1.0 made it. */
async function makeOldIndex(): Promise<void> {
  const integer = { type: 'integer', ignore_malformed: true } as const;
  await elasticsearch.indices.create({
    index: `${connector.index}-0196f4b0-0000-7000-8000-000000000000`,
    aliases: { [connector.index]: { is_write_index: true } },
    mappings: {
      dynamic: false,
      properties: {
        public_item_id: { ...integer, fields: { by_hand: { type: 'keyword' } } },
        public_item_line: integer,
        public_item_tags: integer,
        public_item_amount: integer,
        public_item_size: { properties: { width: integer, height: integer } },
        public_other_id: integer,
      },
    },
  });
}

async function countFound(query: Readonly<Record<string, string | number>>): Promise<number> {
  await elasticsearch.indices.refresh({ index: connector.index });
  return (await elasticsearch.count({ index: connector.index, query: { term: query } })).count;
}

async function readFields(): Promise<Readonly<Record<string, unknown>>> {
  const [{ mappings } = {}] = Object.values(await elasticsearch.indices.get({ index: connector.index }));
  return mappings?.properties ?? {};
}

describe('an integer column that becomes a bigint', () => {
  test('needs nothing: its index has room for it', async () => {
    await connector.sync();
    await database.sql(`${WIDEN}; update other set v = 'b'`);
    const report = await connector.sync('incremental');
    expect(report.rejected).toBe(0);
    await expectInStep(connector, database.sql, 'public.item');
    expect(await countFound({ public_item_id: 3_000_000_000 })).toBe(1);
    expect(await countFound({ public_item_amount: 4_000_000_000 })).toBe(1);
    await database.sql(`update item set v = 'c' where id = 7`);
    expect((await connector.sync('incremental')).indexed).toBe(1);
  });

  test('is its relation’s trouble alone under an index that has it as integer, until a rebuild', async () => {
    await makeOldIndex();
    expect((await connector.sync()).indexed).toBe(40);
    await database.sql(`update item set v = 'b' where id = 3; update other set v = 'b' where id < 3`);
    expect((await connector.sync('incremental')).indexed).toBe(3);
    expect(await readFields()).toMatchObject({ public_item_id: { type: 'integer' } });

    await database.sql(`${WIDEN}; update other set v = 'c'`);
    for (const jobType of ['incremental', 'full'] as const) {
      await expect(connector.sync(jobType)).rejects.toThrow(
        /1 of 2 relations .*public\.item: Field public_item_id of index \S+ is integer, and must be long/su,
      );
    }
    expect(await countFound({ public_other_v: 'c' })).toBe(20);
    expect(await countFound({ table: 'item' })).toBe(20);

    await connector.sync('full', { rebuild: true });
    await expectInStep(connector, database.sql, 'public.item');
    expect(await countFound({ public_item_id: 3_000_000_000 })).toBe(1);
    expect(await readFields()).toMatchObject({
      public_item_id: { type: 'long', fields: { by_hand: { type: 'keyword' } } },
      public_item_size: { properties: { width: { type: 'long' } } },
    });
  });

  test('loses nothing that is worth a word when its index is rebuilt', async () => {
    await makeOldIndex();
    await connector.sync();
    const { newIndex } = await connector.plan({ rebuild: true });
    expect(newIndex).toMatchObject({ leftBehind: [], lost: [] });
  });
});
