import type { Wait } from '../../../src/sync/wait';
import { beginWait, hearWaits, UNTOLD_MS, waitAloud } from '../../../src/waits/hear-waits';

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => jest.useRealTimers());

/** Runs work, and keeps all that was heard of its waits. */
async function hear(work: () => Promise<unknown>): Promise<(readonly Wait[])[]> {
  const heard: (readonly Wait[])[] = [];
  await hearWaits((waits) => heard.push(waits), work);
  return heard;
}

const until = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a wait', () => {
  test('is told after some seconds, since when and until when it lasts', async () => {
    const heard = hear(() => waitAloud(until(UNTOLD_MS + 1_000), 'answer', 'for an answer'));
    await jest.advanceTimersByTimeAsync(UNTOLD_MS + 1_000);
    expect(await heard).toEqual([[{ kind: 'answer', reason: 'for an answer', since: '2026-01-01T00:00:00.000Z' }], []]);
  });

  test('that is short, or fails soon, is not told', async () => {
    const heard = hear(async () => {
      await waitAloud(until(1_000), 'answer', 'for an answer');
      await waitAloud(Promise.reject(new Error('refused')), 'answer', 'for an answer').catch(() => undefined);
    });
    await jest.advanceTimersByTimeAsync(UNTOLD_MS);
    expect(await heard).toEqual([]);
  });

  test('is heard by the work that waits, not by other work at the same time', async () => {
    const [first, second] = [
      hear(() => waitAloud(until(UNTOLD_MS + 1), 'lock', 'for a lock')),
      hear(() => waitAloud(until(UNTOLD_MS + 2), 'connection', 'for a connection')),
    ];
    await jest.advanceTimersByTimeAsync(UNTOLD_MS + 2);
    expect((await first).map((waits) => waits.map(({ kind }) => kind))).toEqual([['lock'], []]);
    expect((await second).map((waits) => waits.map(({ kind }) => kind))).toEqual([['connection'], []]);
  });

  test('of several parts of the work for the same is told once; another reason is news', async () => {
    const heard = await hear(async () => {
      const waits = [beginWait(), beginWait()] as const;
      for (const wait of waits) wait.tell('lock', 'for a lock');
      waits[1].tell('lock', 'for a lock');
      waits[0].tell('lock', 'for another lock');
      for (const wait of waits) wait.end();
      return Promise.resolve();
    });
    expect(heard.map((waits) => waits.map(({ reason }) => reason))).toEqual([
      ['for a lock'],
      ['for a lock'],
      ['for another lock', 'for a lock'],
      ['for a lock'],
      [],
    ]);
  });

  test('without anybody who hears it does no harm', async () => {
    const waited = waitAloud(until(UNTOLD_MS + 1), 'answer', 'for an answer');
    await jest.advanceTimersByTimeAsync(UNTOLD_MS + 1);
    await expect(waited).resolves.toBeUndefined();
  });
});
