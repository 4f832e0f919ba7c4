import { isHintVisible } from '../../../src/sync/unseen-transactions';

const EPOCH = 2n ** 32n;

test.each([
  { name: 'ended before the snapshot', xid: 90, seen: true },
  { name: 'in the list of those in progress', xid: 95, seen: false },
  { name: 'beyond the snapshot', xid: 100, seen: false },
  { name: 'long beyond it', xid: 2_000, seen: false },
])('a transaction $name', ({ xid, seen }) => {
  expect(isHintVisible(xid, { next: EPOCH + 100n, running: [EPOCH + 95n] })).toBe(seen);
});

test('ids are told apart where their 32 bits begin anew', () => {
  const snapshot = { next: EPOCH + 5n, running: [EPOCH - 2n] };
  expect(isHintVisible(2 ** 32 - 1, snapshot)).toBe(true);
  expect(isHintVisible(2 ** 32 - 2, snapshot)).toBe(false);
  expect(isHintVisible(7, snapshot)).toBe(false);
});
