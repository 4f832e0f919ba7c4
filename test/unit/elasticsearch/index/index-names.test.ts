import fc from 'fast-check';

import { concreteIndexName, deadLetterIndexName } from '../../../../src/elasticsearch/index/index-names';

describe('names of indices beside the one that is configured', () => {
  test('tell what they belong to', () => {
    expect(concreteIndexName('search-shop', '0199-AB_c')).toBe('search-shop-0199-ab-c');
    expect(deadLetterIndexName({ index: 'search-shop' })).toBe('search-shop-rejected');
  });

  test('fit the 255 bytes that Elasticsearch allows, and stay apart when they are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), fc.uuid(), (alias, runId) => {
        const names = [
          concreteIndexName(alias, runId),
          concreteIndexName(alias, `${runId}-2`),
          deadLetterIndexName({ index: alias }),
        ];
        for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(new Set(names).size).toBe(3);
        expect(concreteIndexName(alias, runId)).toBe(names[0]);
      }),
    );
  });
});
