import { SyncFailure } from '../sync/failures';
import { type CronField, isOpen, parseCronField } from './cron-field';

/** The times that a cron expression names, each field as its values, ascending. */
export interface CronTimes {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  /** 1 to 12 */
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
  /** Absent: every year. */
  readonly years?: readonly number[];
  /** Whether a day must fit one of day of month and day of week only: cron's rule where both are given. */
  readonly eitherDay: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const SECOND: CronField = { name: 'second', min: 0, max: 59, wraps: true };
const MINUTE: CronField = { name: 'minute', min: 0, max: 59, wraps: true };
const HOUR: CronField = { name: 'hour', min: 0, max: 23, wraps: true };
const DAY_OF_MONTH: CronField = { name: 'day of month', min: 1, max: 31, mayBeOpen: true, wraps: true };
const MONTH: CronField = { name: 'month', min: 1, max: 12, names: MONTHS, wraps: true };
const QUARTZ_DAY: CronField = { name: 'day of week', min: 1, max: 7, names: WEEKDAYS, mayBeOpen: true, wraps: true };
/** Plain cron counts from 0, and calls Sunday 7 as well: eight numbers, so a range must not run over the end. */
const CRON_DAY: CronField = { name: 'day of week', min: 0, max: 7, names: WEEKDAYS };
/** Quartz goes from 1970 to 2099; Temporal knows no year before 2000. */
const YEAR: CronField = { name: 'year', min: 1970, max: 2099 };
const FIRST_YEAR = 2000;

/**
 * Reads a cron expression: with five fields plain cron (minute first, 0 and 7 are Sunday), with six or seven as Quartz
 * has it (second first, 1 is Sunday, a year at the end).
 *
 * @throws SyncFailure `InvalidConfig` when it is none, names no time at all, or says what Temporal can't express
 * @see https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html
 */
export function parseCron(text: string): CronTimes {
  const fields = text.trim().toUpperCase().split(/\s+/);
  const times = fields.length === 5 ? parsePlain(fields) : parseQuartz(fields);
  refuseNever(times);
  return times;
}

function parsePlain([minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '']: readonly string[]) {
  const weekdays = parseCronField(dayOfWeek, dayOfWeek.startsWith('*') ? { ...CRON_DAY, max: 6 } : CRON_DAY);
  return {
    seconds: [0],
    minutes: parseCronField(minute, MINUTE),
    hours: parseCronField(hour, HOUR),
    daysOfMonth: parseCronField(dayOfMonth, DAY_OF_MONTH),
    months: parseCronField(month, MONTH),
    daysOfWeek: [...new Set(weekdays.map((day) => day % 7))].sort((a, b) => a - b),
    // As cron has it: a field that begins with a star restricts nothing by itself.
    eitherDay: !/^[*?]/.test(dayOfMonth) && !/^[*?]/.test(dayOfWeek),
  };
}

function parseQuartz(fields: readonly string[]): CronTimes {
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] = fields;
  if (fields.length < 6 || fields.length > 7) {
    throw new SyncFailure('InvalidConfig', `must be a cron expression of 5, 6 (Quartz) or 7 fields, or "@every 5m"`);
  }
  if (dayOfMonth === '?' && dayOfWeek === '?') {
    throw new SyncFailure('InvalidConfig', 'day of month and day of week are both ?; write * for one of them');
  }
  if (!isOpen(dayOfMonth) && !isOpen(dayOfWeek)) {
    throw new SyncFailure('InvalidConfig', 'day of month and day of week are both given; Quartz wants ? for one');
  }
  return {
    seconds: parseCronField(second, SECOND),
    minutes: parseCronField(minute, MINUTE),
    hours: parseCronField(hour, HOUR),
    daysOfMonth: parseCronField(dayOfMonth, DAY_OF_MONTH),
    months: parseCronField(month, MONTH),
    daysOfWeek: parseCronField(dayOfWeek, QUARTZ_DAY).map((day) => day - 1),
    eitherDay: false,
    ...(isOpen(year) ? {} : { years: parseCronField(year, YEAR).filter((value) => value >= FIRST_YEAR) }),
  };
}

/** The longest that each month gets. */
const MONTH_LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function refuseNever({ daysOfMonth, months, years, eitherDay }: CronTimes): void {
  const [earliest = 1] = daysOfMonth;
  const hasDay = eitherDay || months.some((month) => earliest <= (MONTH_LENGTHS[month - 1] ?? 0));
  if (!hasDay || years?.length === 0) throw new SyncFailure('InvalidConfig', 'names no day that ever comes');
}
