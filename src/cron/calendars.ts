import type { CronTimes } from './parse-cron';

/** Numbers from `start` to `end`, every `step`th. */
export interface NumberRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Times as Temporal's calendars have them: a time must fit every field. No year means every year. */
export interface Calendar {
  readonly second: readonly NumberRange[];
  readonly minute: readonly NumberRange[];
  readonly hour: readonly NumberRange[];
  readonly dayOfMonth: readonly NumberRange[];
  readonly month: readonly NumberRange[];
  /** 0 is Sunday. */
  readonly dayOfWeek: readonly NumberRange[];
  readonly year: readonly NumberRange[];
}

const EVERY_DAY_OF_MONTH: NumberRange = { start: 1, end: 31, step: 1 };
const EVERY_DAY_OF_WEEK: NumberRange = { start: 0, end: 6, step: 1 };

/** The calendars that together name the times of a cron expression: two where a day must fit one of two fields only. */
export function toCalendars(cron: CronTimes): readonly Calendar[] {
  const calendar: Calendar = {
    second: toRanges(cron.seconds),
    minute: toRanges(cron.minutes),
    hour: toRanges(cron.hours),
    dayOfMonth: toRanges(cron.daysOfMonth),
    month: toRanges(cron.months),
    dayOfWeek: toRanges(cron.daysOfWeek),
    year: toRanges(cron.years ?? []),
  };
  if (!cron.eitherDay) return [calendar];
  return [
    { ...calendar, dayOfWeek: [EVERY_DAY_OF_WEEK] },
    { ...calendar, dayOfMonth: [EVERY_DAY_OF_MONTH] },
  ];
}

/** Ascending numbers as few ranges: 0, 5, 10, 15, 17 is 0–15 by 5, and 17. */
export function toRanges(values: readonly number[]): NumberRange[] {
  const ranges: NumberRange[] = [];
  for (let index = 0; index < values.length;) {
    const start = values[index] ?? 0;
    const step = (values[index + 1] ?? start) - start;
    let next = index + 1;
    while (next < values.length && (values[next] ?? 0) - (values[next - 1] ?? 0) === step) next += 1;
    // Two numbers are no pattern, unless they are neighbours.
    const isRange = next - index > 2 || (next - index === 2 && step === 1);
    const end = isRange ? (values[next - 1] ?? start) : start;
    ranges.push({ start, end, step: isRange ? step : 1 });
    index = isRange ? next : index + 1;
  }
  return ranges;
}
