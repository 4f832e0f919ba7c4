/**
 * Takes pages from several generators in whatever order they come; each works on its next page while the last one is
 * being used. The first failure ends all of them, and so does whoever stops taking pages.
 */
export async function* mergePages<Page>(
  generators: readonly AsyncGenerator<Page, void>[],
): AsyncGenerator<Page, void, undefined> {
  const pending = new Map<AsyncGenerator<Page, void>, Promise<Arrival<Page>>>();
  const advance = (generator: AsyncGenerator<Page, void>) => {
    const arrival = generator.next().then((result) => ({ generator, result }));
    // Another one may fail first: then nobody waits for this one.
    arrival.catch(() => undefined);
    pending.set(generator, arrival);
  };
  try {
    for (const generator of generators) advance(generator);
    while (pending.size > 0) {
      const { generator, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(generator);
        continue;
      }
      advance(generator);
      yield result.value;
    }
  } finally {
    await Promise.allSettled(generators.map((generator) => generator.return()));
  }
}

interface Arrival<Page> {
  readonly generator: AsyncGenerator<Page, void>;
  readonly result: IteratorResult<Page, void>;
}
