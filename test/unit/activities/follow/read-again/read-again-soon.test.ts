import { readAgainSoon } from '../../../../../src/activities/follow/read-again/read-again-soon';

const relation = (name: string, ...oids: readonly number[]) => ({
  relation: name,
  reason: '',
  tables: [],
  unheard: [],
  oids,
  files: [],
});
const RELATIONS = [relation('report', 1, 2), relation('totals', 2)];

let asked: { readonly at: number; readonly relations: readonly string[] }[];
let seen: Promise<void>;
let errors: unknown[];

beforeEach(() => {
  jest.useFakeTimers();
  asked = [];
  errors = [];
  seen = Promise.resolve();
});
afterEach(() => jest.useRealTimers());

function begin(request?: () => Promise<void>) {
  const started = performance.now();
  return readAgainSoon(RELATIONS, {
    minIntervalMs: 10_000,
    untilSeen: () => seen,
    request: async (relations) => {
      asked.push({ at: Math.round(performance.now() - started), relations });
      await request?.();
    },
    onError: (error) => errors.push(error),
  });
}

test('after a quiet time relations are read again at once, those that read what changed', async () => {
  const requests = begin();
  requests.changed(7);
  await jest.advanceTimersByTimeAsync(20_000);
  expect(asked).toEqual([]);
  requests.changed(1);
  requests.changed(1);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(asked).toMatchObject([{ relations: ['report'] }]);
  expect(asked[0]?.at).toBeLessThan(20_500);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
});

test('not more often than min_interval says, and the last change is not forgotten', async () => {
  const requests = begin();
  for (let ms = 0; ms < 25_000; ms += 100) {
    requests.changed(2);
    await jest.advanceTimersByTimeAsync(100);
  }
  await jest.advanceTimersByTimeAsync(20_000);
  expect(asked.map(({ relations }) => relations)).toEqual(Array.from({ length: 4 }, () => ['report', 'totals']));
  const pauses = asked.slice(1).map(({ at }, index) => at - (asked[index]?.at ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(10_000);
  // The last change came at 24.9 s.
  expect(asked.at(-1)?.at).toBeGreaterThan(24_900);
});

test('a change that comes while others are waited for leads to another sync', async () => {
  const requests = begin();
  let show: () => void = () => undefined;
  seen = new Promise((resolve) => {
    show = resolve;
  });
  requests.changed(1);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(asked).toEqual([]);
  requests.changed(1);
  show();
  await jest.advanceTimersByTimeAsync(20_000);
  expect(asked).toHaveLength(2);
});

test('once stopped nothing is asked for; an error is told', async () => {
  const requests = begin(() => Promise.reject(new Error('away')));
  requests.changed(1);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(errors).toEqual([new Error('away')]);
  requests.changed(1);
  requests.stop();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
});
