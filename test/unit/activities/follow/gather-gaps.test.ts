import { gatherGaps } from '../../../../src/activities/follow/gather-gaps';

test('gaps are asked for together after a moment, and are told as asked once Temporal has them', async () => {
  jest.useFakeTimers();
  const asked: { readonly reasons: readonly string[]; readonly keep: () => void }[] = [];
  const heard: string[] = [];
  const requestSync = (reasons: readonly string[]) =>
    new Promise<void>((keep) => {
      asked.push({ reasons, keep });
    });
  const gaps = gatherGaps(
    { requestSync },
    () => heard.push('asked'),
    () => heard.push('ended'),
    (reason) => heard.push(reason),
  );
  expect(gaps.areAsked()).toBe(true);
  gaps.add('public.a', 'it was truncated');
  gaps.add('public.b', 'it was truncated');
  expect([asked.length, gaps.areAsked()]).toEqual([0, false]);
  await jest.advanceTimersByTimeAsync(500);
  expect(asked.map(({ reasons }) => reasons)).toEqual([['public.a: it was truncated', 'public.b: it was truncated']]);
  expect(gaps.areAsked()).toBe(false);
  gaps.add('public.a', 'a change came without its key');
  asked[0]?.keep();
  await jest.advanceTimersByTimeAsync(0);
  // Another one came meanwhile.
  expect([gaps.areAsked(), heard.includes('asked')]).toEqual([false, false]);
  await jest.advanceTimersByTimeAsync(500);
  asked[1]?.keep();
  await jest.advanceTimersByTimeAsync(0);
  expect([gaps.areAsked(), heard.at(-1)]).toEqual([true, 'asked']);
  jest.useRealTimers();
});
