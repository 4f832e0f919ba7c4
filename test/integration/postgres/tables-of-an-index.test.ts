import { selectRelations } from '../../../src/postgres/catalog/select-relations';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { type Transaction, withTransaction } from '../../../src/postgres/connection/transaction';
import { formatRelation } from '../../../src/sync/relation';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create table orders (id int primary key); create table dropped (id int primary key); create table no_key (a int);
    create table "CamelCase" ("Id" int primary key); create table "we""ird.Täble" (id int primary key);
    create table "\u212Aelvin" (id int primary key); create table one (id int primary key);
    create table two (id int primary key); create table three (id int primary key);
    create schema sales; create table sales.orders (id int primary key)`);
  source = openTestSource(database);
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

describe('the tables of one of many indices', () => {
  /** Relations, and candidates that PostgreSQL sent. */
  async function selectOf(indexName: string, indexNaming = 'all-{table}') {
    let sent = 0;
    const selection = { schemas: ['public', 'sales'], tables: ['*', 'nothing', '50%'] };
    const found = await withTransaction(source, (tx) => {
      const query = async <Row>(...asked: Parameters<Transaction['query']>) => {
        const rows = await tx.query<Row & Record<string, unknown>>(...asked);
        sent += rows.length;
        return rows;
      };
      return selectRelations({ ...tx, query }, selection, {}, { indexName, indexNaming });
    });
    return { ...found, relations: found.selected.map(formatRelation), sent };
  }

  test('are read alone, whatever their letters', async () => {
    expect(await selectOf('all-dropped')).toMatchObject({ relations: ['public.dropped'], problems: [] });
    expect((await selectOf('all-dropped')).sent).toBeLessThanOrEqual(4);
    expect((await selectOf('all-camelcase')).relations).toEqual(['public.CamelCase']);
    expect((await selectOf('all-we"ird.täble')).relations).toEqual(['public.we"ird%2ETäble']);
    expect((await selectOf('all-kelvin')).relations).toEqual(['public.\u212Aelvin']);
    expect((await selectOf('all-orders')).relations).toEqual(['public.orders', 'sales.orders']);
    expect((await selectOf('all-sales-orders', 'all-{schema}-{table}')).relations).toEqual(['sales.orders']);
    expect(await selectOf('all-no_key')).toMatchObject({ relations: [], skipped: [{ relation: 'public.no_key' }] });
  });
});
