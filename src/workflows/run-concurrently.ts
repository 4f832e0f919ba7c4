import { CancellationScope } from '@temporalio/workflow';

/**
 * Works through items in order, `concurrency` at a time, until all are done or `stop` says so. The first failure cancels
 * the others, and is thrown when they have ended: then nobody writes to the index any more.
 * @returns how many items, from the first on, are done
 */
export async function runConcurrently<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
  stop: () => boolean = () => false,
): Promise<number> {
  let next = 0;
  const lane = async () => {
    for (let item = items[next]; item !== undefined && !stop(); item = items[next]) {
      next += 1;
      await work(item);
    }
  };
  const failures: unknown[] = [];
  const scope = new CancellationScope();
  const guarded = () =>
    lane().catch((error: unknown) => {
      failures.push(error);
      scope.cancel();
    });
  await scope.run(() => Promise.all(Array.from({ length: concurrency }, guarded)));
  if (failures.length > 0) throw failures[0];
  return next;
}
/** Cuts a list into pieces of at most `size`. */
export function cutList<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
