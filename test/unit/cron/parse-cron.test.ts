import fc from 'fast-check';

import { type Calendar, type NumberRange, toCalendars, toRanges } from '../../../src/cron/calendars';
import { parseCron } from '../../../src/cron/parse-cron';
import quartzRuns from './quartz-runs.json';

/** The next times of calendars by Temporal's rule: a time must fit every field of one of them. */
function nextRuns(calendars: readonly Calendar[], after: Date, count: number): string[] {
  const runs: string[] = [];
  const midnight = Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate());
  for (let day = midnight; runs.length < count && day < Date.UTC(2100, 0, 1); day += 86_400_000) {
    const date = new Date(day);
    const fitting = calendars.filter(
      ({ dayOfMonth, month, dayOfWeek, year }) =>
        fits(dayOfMonth, date.getUTCDate()) &&
        fits(month, date.getUTCMonth() + 1) &&
        fits(dayOfWeek, date.getUTCDay()) &&
        (year.length === 0 || fits(year, date.getUTCFullYear())),
    );
    const seconds = new Set(fitting.flatMap(secondsOfDay));
    const times = [...seconds].sort((a, b) => a - b).map((second) => day + second * 1_000);
    runs.push(...times.filter((time) => time > after.getTime()).map(toIso));
  }
  return runs.slice(0, count);
}

function secondsOfDay({ hour, minute, second }: Calendar): number[] {
  return expand(hour).flatMap((h) => expand(minute).flatMap((m) => expand(second).map((s) => h * 3_600 + m * 60 + s)));
}

function expand(ranges: readonly NumberRange[]): number[] {
  return ranges.flatMap(({ start, end, step }) =>
    Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step),
  );
}

function fits(ranges: readonly NumberRange[], value: number): boolean {
  return expand(ranges).includes(value);
}

function toIso(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

const START = new Date('2027-01-01T00:00:00Z');

describe('a Quartz expression', () => {
  // Printed by Quartz 2.3.2 itself: CronExpression.getNextValidTimeAfter, in UTC, from the start of 2027.
  const accepted = quartzRuns.filter(({ runs }) => runs !== undefined);
  const refused = quartzRuns.filter(({ runs }) => runs === undefined);

  test.each(accepted)('starts syncs when Quartz would: $cron', ({ cron, runs = [] }) => {
    expect(nextRuns(toCalendars(parseCron(cron)), START, 12)).toEqual(runs);
  });

  test.each(refused)('is refused where Quartz refuses it: $cron', ({ cron }) => {
    expect(() => parseCron(cron)).toThrow();
  });

  test.each(['0 0 0 L * ?', '0 0 0 15W * ?', '0 0 0 LW * ?', '0 0 0 ? * 6L', '0 0 0 ? * FRI#2', '0 0 0 ? * 6#3'])(
    'that Temporal can not express is an error that says so: %s',
    (cron) => {
      expect(() => parseCron(cron)).toThrow(/can't be expressed by Temporal, which knows no L, W and #/);
    },
  );

  test.each([
    ['0 0 0 31 2 ?', /no day that ever comes/],
    ['0 0 0 * * ? 1999', /no day that ever comes/],
    ['0 0 0 ? * MON/2', /step after a name/],
    ['0 0 0 * * ? 2030-2028', /runs backwards/],
    ['0 0 0 1-2-3 * ?', /day of month '1-2-3' is no range/],
    ['61 0 0 * * ?', /second '61' is not between 0 and 59/],
  ])('that is wrong names the field: %s', (cron, message) => {
    expect(() => parseCron(cron)).toThrow(message);
  });
});

describe('a plain cron expression', () => {
  test.each([
    ['30 4 * * *', ['2027-01-01T04:30:00Z', '2027-01-02T04:30:00Z', '2027-01-03T04:30:00Z']],
    ['0 0 * * 0', ['2027-01-03T00:00:00Z', '2027-01-10T00:00:00Z', '2027-01-17T00:00:00Z']],
    ['0 0 * * 7', ['2027-01-03T00:00:00Z', '2027-01-10T00:00:00Z', '2027-01-17T00:00:00Z']],
    ['0 0 * * MON', ['2027-01-04T00:00:00Z', '2027-01-11T00:00:00Z', '2027-01-18T00:00:00Z']],
    ['0 0 * * 5-7', ['2027-01-02T00:00:00Z', '2027-01-03T00:00:00Z', '2027-01-08T00:00:00Z']],
    // Where both days are given, either will do.
    ['0 0 13 * 5', ['2027-01-08T00:00:00Z', '2027-01-13T00:00:00Z', '2027-01-15T00:00:00Z']],
    ['0 0 */2 * 5', ['2027-01-15T00:00:00Z', '2027-01-29T00:00:00Z', '2027-02-05T00:00:00Z']],
  ])('counts minutes first and Sunday as 0 and 7: %s', (cron, runs) => {
    expect(nextRuns(toCalendars(parseCron(cron)), START, 3)).toEqual(runs);
  });
});

describe('any Quartz expression', () => {
  const step = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
  const part = (min: number, max: number) =>
    fc.oneof(
      fc.integer({ min, max }).map((value) => ({ text: String(value), has: (v: number) => v === value })),
      fc.record({ a: fc.integer({ min, max }), b: fc.integer({ min, max }), s: step(max) }).map(({ a, b, s = 1 }) => {
        const offset = (v: number) => (v - a + max - min + 1) % (max - min + 1);
        return { text: `${a}-${b}/${s}`, has: (v: number) => offset(v) <= offset(b) && offset(v) % s === 0 };
      }),
      fc.record({ a: fc.integer({ min, max }), s: fc.integer({ min: 1, max }) }).map(({ a, s }) => {
        return { text: `${a}/${s}`, has: (v: number) => v >= a && (v - a) % s === 0 };
      }),
      fc.constant({ text: '*', has: () => true }),
    );
  /** A field and, by rules written down a second time, which values it allows. */
  const field = (min: number, max: number) =>
    fc.array(part(min, max), { minLength: 1, maxLength: 3 }).map((parts) => ({
      text: parts.map(({ text }) => text).join(','),
      has: (value: number) => parts.some(({ has }) => has(value)),
    }));

  test('allows exactly the times whose every field its rules allow', () => {
    const expression = fc.record({
      s: field(0, 59),
      m: field(0, 59),
      h: field(0, 23),
      mo: field(1, 12),
      d: field(1, 7),
    });
    const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(expression, fc.array(moment, { minLength: 20, maxLength: 20 }), ({ s, m, h, mo, d }, moments) => {
        const [calendar] = toCalendars(parseCron(`${s.text} ${m.text} ${h.text} ? ${mo.text} ${d.text}`));
        if (calendar === undefined) throw new Error('no calendar');
        for (const at of moments) {
          expect(fits(calendar.second, at.getUTCSeconds())).toBe(s.has(at.getUTCSeconds()));
          expect(fits(calendar.minute, at.getUTCMinutes())).toBe(m.has(at.getUTCMinutes()));
          expect(fits(calendar.hour, at.getUTCHours())).toBe(h.has(at.getUTCHours()));
          expect(fits(calendar.month, at.getUTCMonth() + 1)).toBe(mo.has(at.getUTCMonth() + 1));
          // Quartz counts the days of the week from 1, Sunday.
          expect(fits(calendar.dayOfWeek, at.getUTCDay())).toBe(d.has(at.getUTCDay() + 1));
        }
      }),
    );
  });
});

test('ranges hold exactly the numbers that they were made of', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 59 })), (values) => {
      const ascending = [...values].sort((a, b) => a - b);
      expect(expand(toRanges(ascending))).toEqual(ascending);
    }),
  );
});
