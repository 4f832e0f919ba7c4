import fc from 'fast-check';

import { findUnseen } from '../../../src/sync/unseen-transactions';
import { fuzzing } from '../../support/fuzz';
import { isUnseen } from '../../support/is-unseen';

const find = (watermark: number, next: number, running: readonly number[], open: readonly number[]) =>
  findUnseen({
    watermark: BigInt(watermark),
    next: BigInt(next),
    running: running.map(BigInt),
    open: open.map(BigInt),
  });

describe('transactions that a snapshot does not see', () => {
  test('are those in progress, and those to come', () => {
    expect(find(10, 20, [10, 15], [10, 15])).toEqual({
      next: '20',
      open: [
        ['10', '10'],
        ['15', '15'],
      ],
    });
  });

  test('are subtransactions in progress as well, as ranges', () => {
    expect(find(10, 20, [10], [10, 11, 12, 17])).toMatchObject({
      open: [
        ['10', '12'],
        ['17', '17'],
      ],
    });
  });

  test('are all from one on that ended before the log was asked: it may have had subtransactions', () => {
    expect(find(10, 20, [10, 15], [10, 12])).toEqual({
      next: '15',
      open: [
        ['10', '10'],
        ['12', '12'],
      ],
    });
  });

  test('are no fewer than the watermark says where nothing can be told', () => {
    expect(find(10, 10, [], [])).toBeUndefined();
    expect(find(10, 20, [10, 15], [15])).toBeUndefined();
  });

  test('are never left out, and at most sixteen ranges name them', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 10, max: 999 }), { maxLength: 200 });
    fc.assert(
      fc.property(ids, (some) => {
        const open = some.sort((a, b) => a - b);
        const unseen = find(10, 1_000, [], open);
        expect(unseen?.open.length).toBeLessThanOrEqual(16);
        const since = { watermark: '10', ...(unseen === undefined ? {} : { unseen }) };
        const all = Array.from({ length: 992 }, (_, place) => place + 10);
        const found = all.filter((id) => isUnseen(BigInt(id), since));
        expect(found).toEqual(expect.arrayContaining([...open, 1_000, 1_001]));
        if (unseen !== undefined && unseen.open.length < 16) expect(found).toHaveLength(open.length + 2);
      }),
      fuzzing('transactions in progress', 100),
    );
  });
});
