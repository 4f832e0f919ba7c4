import { qualifiedName, quoteIdentifier, quoteLiteral } from '../../../src/documents/sql-text';

describe('quoting for SQL', () => {
  test('quotes every identifier, also one with quotes in it', () => {
    expect(quoteIdentifier('order')).toBe('"order"');
    expect(quoteIdentifier('we"ird')).toBe('"we""ird"');
    expect(qualifiedName({ schema: 'Sales', table: 'a.b' })).toBe('"Sales"."a.b"');
  });

  test('quotes a literal so that it means the same whatever standard_conforming_strings is', () => {
    expect(quoteLiteral("it's")).toBe("'it''s'");
    expect(quoteLiteral("a\\b'c")).toBe("E'a\\\\b''c'");
  });

  test('refuses NUL and the empty identifier, which PostgreSQL does not have', () => {
    expect(() => quoteLiteral('a\0b')).toThrow('NUL');
    expect(() => quoteIdentifier('a\0b')).toThrow('NUL');
    expect(() => quoteIdentifier('')).toThrow('never empty');
  });
});
