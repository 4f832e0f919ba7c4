import fc from 'fast-check';

import { IdSet } from '../../../../src/activities/id-sets/id-set';

describe('a set of ids', () => {
  test('answers as a Set of strings does', () => {
    const ids = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }));
    fc.assert(
      fc.property(ids, ids, (added, asked) => {
        const set = new IdSet();
        for (const id of added) set.add(id);
        const expected = new Set(added);
        const seen = new Set<string>();
        for (const id of asked) {
          expect(set.see(id)).toBe(expected.has(id));
          if (expected.has(id)) seen.add(id);
        }
        expect(set.size).toBe(expected.size);
        expect(set.unseen).toBe(expected.size - seen.size);
        for (const id of expected) expect(set.isUnseen(id)).toBe(!seen.has(id));
      }),
      { numRuns: 1_000 },
    );
  });

  test('tells 200,000 similar ids apart', () => {
    const set = new IdSet();
    for (let key = 0; key < 200_000; key += 1) set.add(`shop:public.orders:${key}`);
    expect(set.size).toBe(200_000);
    let found = 0;
    for (let key = 100_000; key < 300_000; key += 1) found += set.see(`shop:public.orders:${key}`) ? 1 : 0;
    expect(found).toBe(100_000);
  });
});
