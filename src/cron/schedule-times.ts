import { SyncFailure } from '../sync/failures';
import { type CronTimes, parseCron } from './parse-cron';

/** When syncs start: at the times of a cron expression, or at a distance. */
export type ScheduleTimes =
  { readonly kind: 'cron'; readonly cron: CronTimes } | { readonly kind: 'every'; readonly everyMs: number };

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Temporal's own limit is far beyond, where numbers are no longer exact. */
const LONGEST_MS = 3_653 * 86_400_000;

/**
 * Reads the `interval` of a schedule: cron with five fields, Quartz with six or seven, or `@every 1h30m`.
 * @throws SyncFailure `InvalidConfig`
 */
export function parseScheduleTimes(interval: string): ScheduleTimes {
  const text = interval.trim();
  return text.startsWith('@') ? { kind: 'every', everyMs: parseEvery(text) } : { kind: 'cron', cron: parseCron(text) };
}

function parseEvery(text: string): number {
  const distance = /^@every\s+((?:\d+(?:ms|s|m|h|d))+)$/.exec(text)?.[1];
  if (distance === undefined) {
    throw new SyncFailure('InvalidConfig', `'${text}' is not understood; write @every 5m, with s, m, h or d`);
  }
  const parts = [...distance.matchAll(/(\d+)(ms|[smhd])/g)];
  const everyMs = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  if (everyMs < 1_000 || everyMs % 1_000 !== 0 || everyMs > LONGEST_MS) {
    throw new SyncFailure(
      'InvalidConfig',
      `'${text}' is not a number of whole seconds, from one to those of ten years`,
    );
  }
  return everyMs;
}

/** Milliseconds between two starts at their closest; undefined where there is only one start. */
export function shortestInterval(times: ScheduleTimes): number | undefined {
  if (times.kind === 'every') return times.everyMs;
  const { cron } = times;
  const first = secondOfDay(cron, 'first');
  const last = secondOfDay(cron, 'last');
  const withinDay = shortestWithinDay(cron);
  const days = shortestDays(cron);
  const acrossDays = days === undefined ? [] : [days * 86_400 - (last - first)];
  const gaps = [...(withinDay === undefined ? [] : [withinDay]), ...acrossDays];
  return gaps.length === 0 ? undefined : Math.min(...gaps) * 1_000;
}

function secondOfDay({ hours, minutes, seconds }: CronTimes, end: 'first' | 'last'): number {
  const index = end === 'first' ? 0 : -1;
  return (hours.at(index) ?? 0) * 3_600 + (minutes.at(index) ?? 0) * 60 + (seconds.at(index) ?? 0);
}

function shortestWithinDay({ hours, minutes, seconds }: CronTimes): number | undefined {
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((s) => hour * 3_600 + minute * 60 + s)),
  );
  return shortestGap(times);
}

/** The calendar repeats itself every 28 years within one and the next century. */
const CALENDAR_YEARS = Array.from({ length: 29 }, (_, index) => 2001 + index);

function shortestDays(cron: CronTimes): number | undefined {
  const days = (cron.years ?? CALENDAR_YEARS).flatMap((year) => matchingDays(cron, year));
  return shortestGap(days);
}

/** Days since 1970 of a year on which something starts. */
function matchingDays({ months, daysOfMonth, daysOfWeek, eitherDay }: CronTimes, year: number): number[] {
  const first = Date.UTC(year, 0, 1) / 86_400_000;
  const length = Date.UTC(year + 1, 0, 1) / 86_400_000 - first;
  return Array.from({ length }, (_, index) => first + index).filter((day) => {
    const date = new Date(day * 86_400_000);
    const inMonth = daysOfMonth.includes(date.getUTCDate());
    const inWeek = daysOfWeek.includes(date.getUTCDay());
    return months.includes(date.getUTCMonth() + 1) && (eitherDay ? inMonth || inWeek : inMonth && inWeek);
  });
}

function shortestGap(ascending: readonly number[]): number | undefined {
  const gaps = ascending.slice(1).map((value, index) => value - (ascending[index] ?? 0));
  return gaps.length === 0 ? undefined : gaps.reduce((a, b) => Math.min(a, b));
}
