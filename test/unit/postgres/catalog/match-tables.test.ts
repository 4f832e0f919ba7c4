import { matchTables, schemasNamedBy } from '../../../../src/postgres/catalog/match-tables';

const relations = [
  { schema: 'public', table: 'orders' },
  { schema: 'public', table: 'Orders' },
  { schema: 'public', table: 'order_items' },
  { schema: 'public', table: 'we*rd' },
  { schema: 'public', table: 'weird' },
  { schema: 'public', table: 'sales.orders' },
  { schema: 'sales', table: 'orders' },
  { schema: 'a.b', table: 'c' },
];

function names(entry: string, schemas = ['public']): string[] {
  return matchTables(entry, schemas, relations).relations.map(({ schema, table }) => `${schema}|${table}`);
}

describe('an entry of "tables"', () => {
  test('means the table of exactly this name, case included', () => {
    expect(names('orders')).toEqual(['public|orders']);
    expect(names('Orders')).toEqual(['public|Orders']);
    expect(names('ORDERS')).toEqual([]);
  });

  test('prefers the exact name to any other meaning of dots and stars', () => {
    expect(names('we*rd')).toEqual(['public|we*rd']);
    expect(names('sales.orders')).toEqual(['public|sales.orders']);
  });

  test('can name a schema that is not selected otherwise', () => {
    expect(names('sales.orders', ['other'])).toEqual(['sales|orders']);
    expect(names('a.b.c')).toEqual(['a.b|c']);
    expect(schemasNamedBy(['sales.orders', 'a.b.c', 'plain'])).toEqual(['sales', 'a', 'a.b']);
  });

  test('is a pattern where it has a star, within the selected schemas', () => {
    expect(names('order*')).toEqual(['public|orders', 'public|order_items']);
    expect(names('sales.*')).toEqual(['public|sales.orders', 'sales|orders']);
    expect(names('*s', ['sales'])).toEqual(['sales|orders']);
  });

  test('means everything of the selected schemas as a lone star', () => {
    expect(names('*', ['sales', 'a.b'])).toEqual(['sales|orders', 'a.b|c']);
  });

  test('reads other signs of regular expressions as themselves', () => {
    expect(names('or.er*')).toEqual([]);
  });
});
