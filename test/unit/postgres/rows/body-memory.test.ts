import { giveBackMemory, takeMemory } from '../../../../src/postgres/rows/body-memory';

const MEGABYTE = 1_048_576;

describe('memory of bodies', () => {
  test('that was given back is used again where it is large enough', () => {
    const memory = takeMemory(2 * MEGABYTE);
    giveBackMemory(memory);
    expect(takeMemory(MEGABYTE)).toBe(memory);
    giveBackMemory(memory);
    const larger = takeMemory(3 * MEGABYTE);
    expect(larger.length).toBe(3 * MEGABYTE);
    giveBackMemory(larger);
    expect(takeMemory(3 * MEGABYTE)).toBe(larger);
  });

  test('waits to be used again up to 32 MiB, and no more', () => {
    const taken = Array.from({ length: 40 }, () => takeMemory(MEGABYTE));
    for (const memory of taken) giveBackMemory(memory);
    const again = Array.from({ length: 40 }, () => takeMemory(MEGABYTE));
    expect(again.filter((memory) => taken.includes(memory))).toHaveLength(32);
    expect(new Set(again).size).toBe(40);
  });
});
