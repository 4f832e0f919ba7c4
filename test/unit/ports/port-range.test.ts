import { findFreePort } from '../../../src/ports/find-free-port';
import { readOutgoingRange, serverPortRange } from '../../../src/ports/port-range';

test.each([
  ['Linux', { first: 32_768, last: 60_999 }, { first: 10_000, last: 29_999 }],
  ['a system that does not say', undefined, { first: 10_000, last: 29_999 }],
  ['one that begins early', { first: 20_000, last: 60_999 }, { first: 10_000, last: 19_999 }],
  ['one that leaves the upper end', { first: 1_024, last: 40_000 }, { first: 40_001, last: 65_535 }],
  ['one that leaves nothing', { first: 1_024, last: 65_535 }, { first: 10_000, last: 29_999 }],
])('servers get ports that no outgoing connection is given: %s', (_, outgoing, expected) => {
  expect(serverPortRange(outgoing)).toEqual(expected);
});

test('a free port is one of them on this machine', async () => {
  const { first, last } = serverPortRange(readOutgoingRange());
  const ports = await Promise.all(Array.from({ length: 50 }, findFreePort));
  expect(ports.filter((port) => port < first || port > last)).toEqual([]);
});
