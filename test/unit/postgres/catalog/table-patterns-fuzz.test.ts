import fc from 'fast-check';

import { matchTables } from '../../../../src/postgres/catalog/match-tables';
import { fuzzing } from '../../../support/fuzz';

const name = fc.string({
  unit: fc.constantFrom('a', 'b', '.', '*', '\\', '\n', '$', '😀', 'é'),
  minLength: 1,
  maxLength: 12,
});

/** Whether a name matches a pattern, by trying everything. */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '*') return matches(rest, text) || (text.length > 0 && matches(pattern, text.slice(1)));
  return text[0] === first && matches(rest, text.slice(1));
}

describe('a pattern of "tables"', () => {
  test('means the tables of which * stands for a part, whatever else is in it', () => {
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 5 }), (entry, tables) => {
        fc.pre(entry.includes('*') && entry !== '*' && !tables.includes(entry));
        const relations = tables.map((table) => ({ schema: 'public', table }));
        const found = matchTables(entry, ['public'], relations).relations.map(({ table }) => table);
        expect(found).toEqual(tables.filter((table) => matches(Array.from(entry), Array.from(table))));
      }),
      fuzzing('patterns of tables'),
    );
  });

  test('with many * takes no longer for it', () => {
    const table = 'a'.repeat(63);
    const relations = Array.from({ length: 1_000 }, (_, n) => ({ schema: 'public', table: `${table.slice(4)}${n}` }));
    expect(matchTables(`${'*a'.repeat(25)}*b`, ['public'], relations).relations).toEqual([]);
    expect(matchTables(`${'*a'.repeat(25)}*1`, ['public'], relations).relations).toHaveLength(100);
  });
});
