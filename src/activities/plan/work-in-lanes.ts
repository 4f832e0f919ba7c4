/**
 * Works on many things, some at a time. Where work on one fails, what is begun is waited for and no more is begun.
 * @throws what the first to fail threw
 */
export async function workInLanes<Each>(
  all: readonly Each[],
  lanes: number,
  work: (each: Each) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  const errors: unknown[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await work(next);
      } catch (error) {
        errors.push(error);
        waiting.splice(0);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (errors.length > 0) throw errors[0];
}
