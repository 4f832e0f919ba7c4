import fc from 'fast-check';

import { toCalendars } from '../../../src/cron/calendars';
import { parseScheduleTimes, type ScheduleTimes } from '../../../src/cron/schedule-times';
import { SyncFailure } from '../../../src/sync/failures';
import { fuzzing } from '../../support/fuzz';

const LIMITS = {
  seconds: [0, 59],
  minutes: [0, 59],
  hours: [0, 23],
  daysOfMonth: [1, 31],
  months: [1, 12],
  daysOfWeek: [0, 6],
} as const;

const number = fc.oneof(
  fc.nat(70).map(String),
  fc.nat().map(String),
  fc.constantFrom('-1', '007', '1e3', '٣', '9'.repeat(400)),
);
const name = fc.constantFrom(
  '*',
  '?',
  'L',
  'W',
  'MON',
  'sun',
  'JAN',
  'dec',
  '1#2',
  '6L',
  '15W',
  'constructor',
  '',
  '*/0',
  '//',
  '1-',
  '-',
);
const part = fc.oneof(
  { weight: 5, arbitrary: fc.oneof(number, name) },
  { weight: 3, arbitrary: fc.tuple(number, number).map(([a, b]) => `${a}-${b}`) },
  { weight: 3, arbitrary: fc.tuple(fc.oneof(number, name), number).map(([a, step]) => `${a}/${step}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);
const field = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('*', '0', '?', '1') },
  { weight: 2, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')) },
);
const blank = fc.constantFrom(' ', '  ', '\t', '\n', '\u00a0');
const cron = fc
  .tuple(fc.array(field, { minLength: 3, maxLength: 8 }), blank)
  .map(([fields, between]) => fields.join(between));
const every = fc
  .array(fc.tuple(number, fc.constantFrom('ms', 's', 'm', 'h', 'd', 'y', '')), { maxLength: 4 })
  .map((distances) => `@every ${distances.map((distance) => distance.join('')).join('')}`);
const interval = fc.oneof(
  { weight: 6, arbitrary: cron },
  { weight: 3, arbitrary: every },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

function expectSound(times: ScheduleTimes): void {
  if (times.kind === 'every') {
    expect(times.everyMs).toBeGreaterThanOrEqual(1_000);
    expect(Number.isSafeInteger(times.everyMs)).toBe(true);
    return;
  }
  for (const [key, [min, max]] of Object.entries(LIMITS)) {
    const values = times.cron[key as keyof typeof LIMITS];
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => !Number.isInteger(value) || value < min || value > max)).toEqual([]);
    expect([...new Set(values)].sort((a, b) => a - b)).toEqual(values);
  }
  expect(toCalendars(times.cron).length).toBeGreaterThan(0);
}

test('any text for an interval gives times that Temporal takes, or says what is wrong', () => {
  let understood = 0;
  fc.assert(
    fc.property(interval, (text) => {
      try {
        expectSound(parseScheduleTimes(text));
        understood += 1;
      } catch (error) {
        if (!(error instanceof SyncFailure)) throw error;
        expect(error.type).toBe('InvalidConfig');
      }
    }),
    fuzzing('intervals of schedules'),
  );
  expect(understood).toBeGreaterThan(0);
});
