import { translateDatePattern } from './date-pattern';

/** Formats that take ISO 8601, which is how pgferry writes dates. */
const ISO: ReadonlySet<string> = new Set(['date_optional_time', 'date_optional_time_nanos', 'iso8601']);

const DAY = 'yyyy-MM-dd';
const CLOCK = 'HH:mm:ss';

/** Elasticsearch's own names of patterns, without `strict_` before them. */
const NAMED: Readonly<Record<string, string>> = {
  basic_date: 'yyyyMMdd',
  basic_date_time: `yyyyMMdd'T'HHmmss.SSSXX`,
  basic_date_time_no_millis: `yyyyMMdd'T'HHmmssXX`,
  basic_ordinal_date: 'yyyyDDD',
  date: DAY,
  date_hour: `${DAY}'T'HH`,
  date_hour_minute: `${DAY}'T'HH:mm`,
  date_hour_minute_second: `${DAY}'T'${CLOCK}`,
  date_hour_minute_second_fraction: `${DAY}'T'${CLOCK}.SSS`,
  date_hour_minute_second_millis: `${DAY}'T'${CLOCK}.SSS`,
  date_time: `${DAY}'T'${CLOCK}.SSSXXX`,
  date_time_no_millis: `${DAY}'T'${CLOCK}XXX`,
  hour: 'HH',
  hour_minute: 'HH:mm',
  hour_minute_second: CLOCK,
  hour_minute_second_fraction: `${CLOCK}.SSS`,
  hour_minute_second_millis: `${CLOCK}.SSS`,
  ordinal_date: 'yyyy-DDD',
  time: `${CLOCK}.SSSXXX`,
  time_no_millis: `${CLOCK}XXX`,
  year: 'yyyy',
  year_month: 'yyyy-MM',
  year_month_day: DAY,
};

/** Formats that count from the epoch, as whole numbers. */
const EPOCHS: Readonly<Record<string, (value: string) => string>> = {
  epoch_millis: (value) => `floor(${microseconds(value)} / 1000.0)::bigint`,
  epoch_second: (value) => `floor(${microseconds(value)} / 1000000.0)::bigint`,
};

/** Way to write a date in a format of Elasticsearch's: as pgferry writes dates anyway, or by the SQL of a value. */
export type DateWriter = 'as it is' | ((value: string) => string);

/** The formats that {@link findDateWriter} knows by name, for messages. */
export const DATE_FORMAT_EXAMPLES = 'epoch_millis, strict_date_optional_time, yyyy/MM/dd HH:mm:ss';

/**
 * Finds how dates are written so that a field of this `format` takes them: `yyyy/MM/dd||epoch_millis` by the first that
 * can be written; without one as ISO 8601. Fractions of what the format counts are cut off.
 * @returns undefined where none of the format's alternatives can be written by PostgreSQL
 */
export function findDateWriter(format: unknown): DateWriter | undefined {
  if (typeof format !== 'string') return 'as it is';
  const alternatives = format.split('||').map((alternative) => alternative.replace(/^strict_/u, ''));
  if (alternatives.some((alternative) => ISO.has(alternative))) return 'as it is';
  return alternatives.map(findWriter).find((writer) => writer !== undefined);
}

function findWriter(alternative: string): ((value: string) => string) | undefined {
  if (Object.hasOwn(EPOCHS, alternative)) return EPOCHS[alternative];
  const named = Object.hasOwn(NAMED, alternative) ? NAMED[alternative] : undefined;
  // A leading 8 said to Elasticsearch 6 that the pattern is one of java.time.
  return translateDatePattern(named ?? alternative.replace(/^8/u, ''));
}

/** Whole numbers, since a floating-point one may be a millisecond off. */
function microseconds(value: string): string {
  const whole = `extract(epoch from date_trunc('second', ${value}))::bigint`;
  return `(${whole} * 1000000 + to_char(${value}, 'US')::bigint)`;
}
