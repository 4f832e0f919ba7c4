import fc from 'fast-check';

import {
  type BulkPace,
  observeBulk,
  observePushback,
  startPace,
} from '../../../../src/elasticsearch/bulk-writer/bulk-pace';

const MEGABYTE = 1_048_576;

/** Lets a pace run for some seconds against a server whose rate (bytes a millisecond) depends on the pace. */
function run(start: BulkPace, seconds: number, rateOf: (pace: BulkPace) => number, isSaturated = true): BulkPace {
  let pace = start;
  let now = 0;
  while (now < seconds * 1_000) {
    const bytes = pace.targetBytes;
    const durationMs = bytes / rateOf(pace);
    now += durationMs;
    pace = observeBulk(pace, { bytes, durationMs, finishedAt: now, isSaturated });
  }
  return pace;
}

describe('the pace of the bulk writer', () => {
  test('starts with two requests of 4 MB in flight', () => {
    expect(startPace({ min: 1, max: 8 })).toMatchObject({ concurrency: 2, targetBytes: 4 * MEGABYTE });
  });

  test('grows while more requests in flight give more throughput', () => {
    const pace = run(startPace({ min: 1, max: 8 }), 600, ({ concurrency }) => 10_000 * Math.min(concurrency, 6));
    expect(pace.concurrency).toBeGreaterThanOrEqual(6);
    expect(pace.concurrency).toBeLessThanOrEqual(7);
  });

  test('stays where it is when nothing helps', () => {
    const start = startPace({ min: 1, max: 8 });
    const pace = run(start, 600, () => 20_000);
    expect(pace.concurrency).toBeLessThanOrEqual(start.concurrency + 1);
    expect(pace.targetBytes).toBeLessThanOrEqual(start.targetBytes * 1.5);
  });

  test('does not grow when the reader is the slower one', () => {
    const pace = run(startPace({ min: 1, max: 8 }), 600, ({ concurrency }) => 10_000 * concurrency, false);
    expect(pace).toMatchObject({ concurrency: 2, targetBytes: 4 * MEGABYTE });
  });

  test('halves when Elasticsearch pushes back, once for all requests of a window', () => {
    const pace = observePushback(observePushback({ ...startPace({ min: 1, max: 8 }), concurrency: 8 }));
    expect(pace.concurrency).toBe(4);
    expect(pace.targetBytes).toBeLessThan(4 * MEGABYTE);
  });

  test('sends smaller bodies to a server that works long on each, since all else waits behind them', () => {
    const slow = run(startPace({ min: 1, max: 8 }), 600, () => 1_000);
    expect(slow.targetBytes).toBeLessThan(2 * MEGABYTE);
    expect(slow.concurrency).toBeLessThanOrEqual(3);
    expect(run(startPace({ min: 1, max: 8 }), 600, () => 10).targetBytes).toBeGreaterThanOrEqual(MEGABYTE);
  });

  test('recovers after a push-back', () => {
    const rate = ({ concurrency }: BulkPace) => 10_000 * Math.min(concurrency, 4);
    const pace = run(observePushback(startPace({ min: 1, max: 8 })), 600, rate);
    expect(pace.concurrency).toBeGreaterThanOrEqual(4);
  });

  test('never leaves its limits, whatever happens', () => {
    const event = fc.oneof(
      fc.constant('pushback' as const),
      fc.record({ durationMs: fc.integer({ min: 1, max: 5_000 }), isSaturated: fc.boolean() }),
    );
    const limits = fc.record({ min: fc.integer({ min: 1, max: 3 }), max: fc.integer({ min: 3, max: 8 }) });
    fc.assert(
      fc.property(limits, fc.array(event, { maxLength: 300 }), ({ min, max }, events) => {
        let pace = startPace({ min, max });
        let finishedAt = 0;
        for (const next of events) {
          if (next === 'pushback') pace = observePushback(pace);
          else {
            finishedAt += next.durationMs;
            pace = observeBulk(pace, { ...next, bytes: pace.targetBytes, finishedAt });
          }
          expect(pace.concurrency).toBeGreaterThanOrEqual(min);
          expect(pace.concurrency).toBeLessThanOrEqual(max);
          expect(pace.targetBytes).toBeGreaterThanOrEqual(MEGABYTE / 4);
          expect(pace.targetBytes * pace.concurrency).toBeLessThanOrEqual(16 * MEGABYTE);
        }
      }),
    );
  });
});
