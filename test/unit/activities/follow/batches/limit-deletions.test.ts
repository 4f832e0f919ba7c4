import { limitDeletions } from '../../../../../src/activities/follow/batches/limit-deletions';

const MINUTE_MS = 60_000;

function limit(documents: number, maxDeleteRatio = 0.5) {
  const gaps: string[] = [];
  const clock = { ms: 0 };
  const mayDelete = limitDeletions({
    maxDeleteRatio,
    countDocuments: () => Promise.resolve(documents),
    onGap: (relation) => gaps.push(relation),
    now: () => clock.ms,
  });
  return { gaps, clock, mayDelete };
}

test('a thousand documents may go whatever their share, and no more than the share allows within ten minutes', async () => {
  const { clock, gaps, mayDelete } = limit(100);
  expect(await mayDelete('orders', 600)).toBe(true);
  clock.ms = 9 * MINUTE_MS;
  expect(await mayDelete('orders', 400)).toBe(true);
  // 1,100 documents there were before.
  expect(await mayDelete('orders', 100)).toBe(false);
  expect(await mayDelete('lines', 1)).toBe(true);
  expect(gaps).toEqual(['orders']);
});

test('ten minutes after the deletions, or after the stop, they count no more', async () => {
  const { clock, mayDelete } = limit(0);
  expect(await mayDelete('orders', 1_000)).toBe(true);
  clock.ms = 5 * MINUTE_MS;
  expect(await mayDelete('orders', 1)).toBe(false);
  clock.ms = 11 * MINUTE_MS;
  expect(await mayDelete('orders', 1)).toBe(false);
  clock.ms = 15 * MINUTE_MS;
  expect(await mayDelete('orders', 1)).toBe(true);
});
