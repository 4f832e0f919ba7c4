import { mergePages } from '../../../../src/elasticsearch/documents/merge-pages';

/** Pages from..to; tells when it ends, however it does. */
async function* count(from: number, to: number, ended: number[] = [], failAt?: number): AsyncGenerator<number, void> {
  try {
    for (let page = from; page < to; page += 1) {
      await Promise.resolve();
      if (page === failAt) throw new Error(`page ${page}`);
      yield page;
    }
  } finally {
    ended.push(from);
  }
}

async function collect(pages: AsyncIterable<number>, limit = Infinity): Promise<number[]> {
  const found: number[] = [];
  for await (const page of pages) {
    found.push(page);
    if (found.length >= limit) break;
  }
  return found;
}

const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe('pages of several scans', () => {
  test('all arrive, each once', async () => {
    const found = await collect(mergePages([count(0, 3), count(10, 10), count(20, 27)]));
    expect(ascending(found)).toEqual([0, 1, 2, 20, 21, 22, 23, 24, 25, 26]);
  });

  test('end with the first failure, and then nothing goes on', async () => {
    const ended: number[] = [];
    const failing = mergePages([count(0, 1_000_000, ended), count(20, 30, ended, 25)]);
    await expect(collect(failing)).rejects.toThrow('page 25');
    expect(ascending(ended)).toEqual([0, 20]);
  });

  test('left early, end all scans', async () => {
    const ended: number[] = [];
    expect(await collect(mergePages([count(0, 100, ended), count(200, 300, ended)]), 5)).toHaveLength(5);
    expect(ascending(ended)).toEqual([0, 200]);
  });
});
