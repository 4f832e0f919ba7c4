import { hashDefinition } from '../../../src/config/settings/hash-definition';
import { messagesOf, MINIMAL, parse, parseConnector, withConnector } from '../../support/parse-configuration';

const hashOf = (text: string) => hashDefinition(parseConnector(text), parse(text).settings.elasticsearch);

const nestedIn = (levels: number): string =>
  levels === 0 ? '{ table: t }' : `{ table: t, with: { b: ${nestedIn(levels - 1)} } }`;

describe('documents.nested', () => {
  test('keeps names of tables as they are written, and gives every key its default', () => {
    const { documents } = parseConnector(
      withConnector('documents.nested: { sales.orders: { lines: { table: sales.lines, max_rows: "5", through: l } } }'),
    );
    expect(documents.nested).toEqual({
      'sales.orders': {
        lines: {
          table: 'sales.lines',
          through: { table: 'l' },
          excludeColumns: [],
          rename: {},
          maxRows: 5,
          rollups: {},
          list: true,
          with: {},
        },
      },
    });
  });

  test('is a part of what a sync is planned by, and nothing where it is left out or empty', () => {
    expect(parseConnector(MINIMAL).documents).not.toHaveProperty('nested');
    expect(hashOf(withConnector('documents.nested: {}'))).toBe(hashOf(MINIMAL));
    expect(hashOf(withConnector('documents.nested: { t: { b: { table: u } } }'))).not.toBe(hashOf(MINIMAL));
  });

  test.each([
    ['t: { b: {} }', /is required/u],
    ['t: { b: { tabel: u, table: u } }', /unknown key 'tabel'; did you mean 'table'/u],
    ['t: { b: { table: u, with: { c: { table: v, colums: [a] } } } }', /did you mean 'columns'/u],
    ['t: { b: { table: u, by: {} } }', /must name at least one column/u],
    ['t: { b: { table: u, limit: 0 } }', /from 1 to 1000000/u],
    ['t: { b: { table: u, mapping: flat } }', /nested, object or none/u],
    ['t: { b: { table: u, rollups: { n: average } } }', /count, ids, \{ sum: column \}/u],
    ['t: { b: { table: u, rollups: { n: { sum: a, max: a } } } }', /one of sum, min and max/u],
    [`t: { ${'b'.repeat(64)}: { table: u } }`, /63 bytes/u],
    [`t: { b: ${nestedIn(5)} }`, /is level 6: there may be 5/u],
  ])('%s is a mistake', (nested, message) => {
    expect(Object.values(messagesOf(withConnector(`documents.nested: { ${nested} }`)))).toEqual([
      expect.stringMatching(message) as string,
    ]);
  });

  test('takes five levels', () => {
    expect(
      parseConnector(withConnector(`documents.nested: { t: { b: ${nestedIn(4)} } }`)).documents.nested,
    ).toBeDefined();
  });
});
