import { choosePause } from '../../../../src/activities/follow/choose-pause';
import { chooseGapPause } from '../../../../src/workflows/choose-gap-pause';

const SECOND_MS = 1_000;

test('a stream that ends again and again waits longer each time; one that ran well begins at once', () => {
  const again = (waitedMs: number) => choosePause({ type: 'SourceUnavailable', ranMs: SECOND_MS, waitedMs });
  expect([again(0), again(1_000), again(20_000)]).toEqual([1_000, 2_000, 30_000]);
  expect(choosePause({ type: 'SourceUnavailable', ranMs: 3_600_000, waitedMs: 30_000 })).toBe(1_000);
});

test('one that was behind, or that somebody has to mend, waits up to ten minutes', () => {
  const again = (waitedMs: number) => choosePause({ type: 'StreamBehind', ranMs: 50_000, waitedMs });
  expect([again(0), again(10_000), again(500_000)]).toEqual([10_000, 20_000, 600_000]);
  expect(choosePause({ type: 'DestinationPermission', ranMs: 0, waitedMs: 0 })).toBe(10_000);
});

test('a definition that changed is followed at once; one that changes back and forth, ever less often', () => {
  const again = (waitedMs: number, ranMs: number) => choosePause({ type: 'ClaimLost', ranMs, waitedMs });
  expect(again(0, SECOND_MS)).toBe(1_000);
  expect([again(1_000, SECOND_MS), again(10_000, SECOND_MS), again(500_000, SECOND_MS)]).toEqual([
    10_000, 20_000, 600_000,
  ]);
  expect(again(1_000, 3_600_000)).toBe(1_000);
});

test('syncs of gaps take a tenth of the time at most, and a rare gap is closed at once', () => {
  const succeeded = { tookMs: 2_000, hasFailed: false };
  expect(chooseGapPause({ ...succeeded, quietMs: 0, pauseMs: 0 })).toBe(2_000);
  expect(chooseGapPause({ ...succeeded, quietMs: 0, pauseMs: 8_000 })).toBe(16_000);
  expect(chooseGapPause({ ...succeeded, quietMs: 0, pauseMs: 16_000 })).toBe(20_000);
  expect(chooseGapPause({ ...succeeded, quietMs: 30_000, pauseMs: 20_000 })).toBe(2_000);
  expect(chooseGapPause({ tookMs: 2_000, hasFailed: true, quietMs: 0, pauseMs: 0 })).toBe(60_000);
});
