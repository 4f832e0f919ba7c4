import { followPages } from '../../../../src/elasticsearch/documents/point-in-time';

async function collect<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

describe('pages as of one point in time', () => {
  test('follow each other until one has none behind it, past empty ones', async () => {
    const pages = new Map<unknown, { items: string[]; next: unknown }>([
      [undefined, { items: ['a', 'b'], next: [2] }],
      [2, { items: [], next: [3] }],
      [3, { items: ['c'], next: undefined }],
    ]);
    const read = (after: unknown) => {
      const page = pages.get(Array.isArray(after) ? after[0] : after);
      return page === undefined ? Promise.reject(new Error('no such page')) : Promise.resolve(page);
    };
    expect(await collect(followPages('reading', read))).toEqual(['a', 'b', 'c']);
  });

  test('are a damaged answer when the same one comes again: reading would never end', async () => {
    const pages = followPages('reading', () => Promise.resolve({ items: ['a'], next: [1] }));
    await expect(collect(pages)).rejects.toMatchObject({ type: 'DestinationUnavailable', retryable: true });
  });
});
