import { parseScheduleTimes, shortestInterval } from '../../../src/cron/schedule-times';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

describe('the shortest distance between two syncs of a schedule', () => {
  test.each([
    ['@every 90s', 90 * SECOND],
    ['@every 1h30m', 1.5 * HOUR],
    ['0 */5 * * * ?', 300 * SECOND],
    ['0 0 0 * * ?', DAY],
    ['0 0 0 ? * MON', 7 * DAY],
    ['0 0 0 ? * MON,WED', 2 * DAY],
    ['0 0 23,1 * * ?', 2 * HOUR],
    ['0 0 0 1 * ?', 28 * DAY],
    ['0 0 0 29 2 ?', 1_461 * DAY],
    ['0 0 0 1 1 ? 2030', undefined],
    ['0 0 13 * 5', DAY],
  ])('of %s is %p ms', (interval, expected) => {
    expect(shortestInterval(parseScheduleTimes(interval))).toBe(expected);
  });
});

test.each(['@every', '@every 5', '@every 500ms', '@hourly', '@every 5 m', '* * *', 'tomorrow'])(
  'an interval that is none is refused: %s',
  (interval) => {
    expect(() => parseScheduleTimes(interval)).toThrow();
  },
);
