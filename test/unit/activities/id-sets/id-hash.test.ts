import { hashId, ID_WORDS } from '../../../../src/activities/id-sets/id-hash';

/** Two ids with one hash would keep a stale document in silence: ids look alike, and their hashes must not. */
const COUNT = 100_000;
const ids: Readonly<Record<string, (index: number) => string>> = {
  'numbers in a row': (index) => `shop:public.orders:${index}`,
  'numbers of one length': (index) => `shop:public.orders:${String(index).padStart(12, '0')}`,
  'keys of two columns': (index) => `shop:public.lines:${index % 317}:${Math.floor(index / 317)}`,
  'letters only': (index) => index.toString(2).replaceAll('0', 'a').replaceAll('1', 'b').padStart(20, 'a'),
};
const BYTES = 256;
/** Of 255 degrees of freedom: eight standard deviations above what chance makes. */
const HIGHEST_CHI_SQUARE = 436;

describe.each(Object.entries(ids))('hashes of %s', (_, idOf) => {
  const hashes = Array.from({ length: COUNT }, (__, index) => [...hashId(idOf(index))]);
  const words = Array.from({ length: ID_WORDS }, (__, word) => word);

  test.each(words)('spread over every byte of word %i', (word) => {
    for (const shift of [0, 8, 16, 24]) {
      const counts = new Array<number>(BYTES).fill(0);
      for (const hash of hashes) {
        const byte = ((hash[word] ?? 0) >>> shift) & (BYTES - 1);
        counts[byte] = (counts[byte] ?? 0) + 1;
      }
      const expected = COUNT / BYTES;
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(chiSquare).toBeLessThan(HIGHEST_CHI_SQUARE);
    }
  });

  test.each(words.flatMap((one) => words.filter((other) => other > one).map((other) => [one, other] as const)))(
    'never have words %i and %i in common',
    (one, other) => {
      const pairs = new Set(hashes.map((hash) => `${hash[one]} ${hash[other]}`));
      expect(pairs.size).toBe(COUNT);
    },
  );
});
