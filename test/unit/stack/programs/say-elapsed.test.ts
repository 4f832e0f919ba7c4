import { sayElapsed } from '../../../../src/stack/programs/say-elapsed';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a long piece of work says every ten seconds for how long it has gone on, until it ends', async () => {
  const lines: string[] = [];
  const done = sayElapsed(
    'Elasticsearch: building',
    (line) => lines.push(line),
    () => {
      return new Promise<string>((resolve) => setTimeout(resolve, 25_000, 'built'));
    },
  );
  await jest.advanceTimersByTimeAsync(60_000);
  expect(await done).toBe('built');
  expect(lines).toEqual(['Elasticsearch: building … 10 s', 'Elasticsearch: building … 20 s']);
});
