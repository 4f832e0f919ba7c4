import { nameSome } from '../../../src/config/problems/name-some';

test('of a thousand connectors a line names a few, and says how many more there are', () => {
  expect(nameSome(['a', 'b'])).toBe('a, b');
  const names = Array.from({ length: 1_010 }, (_, number) => `tenant-${number}`);
  expect(nameSome(names)).toBe(`${names.slice(0, 10).join(', ')} and 1,000 more`);
});
