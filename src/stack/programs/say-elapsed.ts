const EVERY_MS = 10_000;

/**
 * Says every ten seconds that a piece of work goes on, and for how long it has.
 * @param what - names it in those lines
 */
export async function sayElapsed<Result>(
  what: string,
  log: (line: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const started = performance.now();
  const timer = setInterval(() => {
    log(`${what} … ${Math.round((performance.now() - started) / 1_000)} s`);
  }, EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
