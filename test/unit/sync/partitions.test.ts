import fc from 'fast-check';

import { type CopyTask, cutTasks } from '../../../src/sync/partitions';
import type { PlannedLeaf, PlannedRelation } from '../../../src/sync/sync-plan';
import { fuzzing } from '../../support/fuzz';

function relation(oid: number, ...blocks: number[]): PlannedRelation {
  const leaves = blocks.map((size, index): PlannedLeaf => [oid + index, 1, size, 1]);
  return { name: `public.t${oid}`, oid, definition: 'd', rows: 1, leaves };
}

function sizeOf(task: CopyTask, blocks: number): number {
  return task.reduce((sum, part) => sum + ('from' in part ? (part.to ?? blocks) - part.from : 0), 0);
}

describe('tasks', () => {
  test('share a table evenly between the lanes, in as few as 128 MiB each allow', () => {
    const sizes = (blocks: number, lanes: number) =>
      cutTasks([relation(1, blocks)], lanes).map((t) => sizeOf(t, blocks));
    expect(sizes(25_000, 2)).toEqual([12_500, 12_500]);
    expect(sizes(25_000, 1)).toEqual([12_500, 12_500]);
    expect(sizes(33_000, 2)).toEqual([8_250, 8_250, 8_250, 8_250]);
    expect(sizes(8_000, 4)).toEqual([2_000, 2_000, 2_000, 2_000]);
  });

  test('do not cut what is too small to gain from it', () => {
    expect(cutTasks([relation(1, 400)], 2)).toHaveLength(1);
    expect(cutTasks([relation(1, 0)], 2)).toHaveLength(1);
    expect(cutTasks([], 2)).toEqual([]);
  });

  test('put many small tables together', () => {
    const tables = Array.from({ length: 200 }, (_, n) => relation(n * 10, 1));
    expect(cutTasks(tables, 2).map((task) => task.length)).toEqual([50, 50, 50, 50]);
  });

  test('cover every block of every leaf once, and the end of each leaf whatever it grows to', () => {
    const leaves = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(leaves, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 8 }), (sizes, lanes) => {
        const relations = sizes.map((blocks, n) => relation(n * 10, ...blocks));
        const parts = cutTasks(relations, lanes)
          .flat()
          .flatMap((part) => ('from' in part ? [part] : []));
        for (const { leaves: planned } of relations) {
          for (const [leaf] of planned) {
            const own = parts.filter((part) => part.leaf === leaf).toSorted((a, b) => a.from - b.from);
            expect(own[0]?.from).toBe(0);
            expect(own.map(({ to }) => to)).toEqual([...own.slice(1).map(({ from }) => from), null]);
          }
        }
      }),
      fuzzing('cutting tasks', 1_000),
    );
  });
});
