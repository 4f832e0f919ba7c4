import { bindValue } from './rendering';

/** Bounds of ranges over a type: their text, and which of them Elasticsearch can hold. */
export interface RangeBounds {
  readonly mapping: 'long_range' | 'double_range' | 'date_range';
  /** SQL predicate: the bound is one that Elasticsearch can hold; null for no bound. */
  readonly fits: (bound: string) => string;
  /** SQL of a bound's JSON text. */
  readonly jsonText: (bound: string) => string;
  /** SQL predicate over two bounds that fit: to Elasticsearch they would be equal or next to each other. */
  readonly touch: (lower: string, upper: string) => string;
}

const INTEGERS: RangeBounds = {
  mapping: 'long_range',
  fits: (bound) => `${bound} is not null`,
  jsonText: (bound) => `${bound}::text`,
  touch: (lower, upper) => `not lower_inc(r.v) and ${upper}::numeric - ${lower}::numeric <= 1`,
};

/** A double holds about 16 digits and numbers below 1.8e308; Elasticsearch takes bounds of up to 1,000 digits. */
const NUMBERS: RangeBounds = {
  mapping: 'double_range',
  fits: (bound) => `abs(${bound}) < 1.7976931348623157e308`,
  jsonText: (bound) => `(case when scale(${bound}) > 300 then round(${bound}, 300) else ${bound} end)::text`,
  touch: (lower, upper) =>
    `${upper}::numeric - ${lower}::numeric <= ` +
    `greatest(abs(${upper}::numeric), abs(${lower}::numeric)) * 1e-12 + 1e-300`,
};

const FLOATS: RangeBounds = {
  ...NUMBERS,
  fits: (bound) => `abs(${bound}) < 'Infinity'::double precision`,
  jsonText: (bound) => `${bound}::text`,
};

/** A date_range refuses infinity, years before 1 and after 9999, and holds milliseconds. */
const DATES: RangeBounds = {
  mapping: 'date_range',
  fits: (bound) => `${bound} >= '0001-01-01'::date and ${bound} < '10000-01-01'::date`,
  jsonText: (bound) => `'"' || to_char(${bound}, 'YYYY-MM-DD') || '"'`,
  touch: (lower, upper) => `not lower_inc(r.v) and ${upper} - ${lower} <= 1`,
};

const TIMESTAMPS: RangeBounds = {
  mapping: 'date_range',
  fits: (bound) => `${bound} >= '0001-01-01'::timestamp and ${bound} < '10000-01-01'::timestamp`,
  jsonText: (bound) => timestampText(bound, ''),
  touch: (lower, upper) => `${upper} - ${lower} <= '2 milliseconds'::interval`,
};

const INSTANTS: RangeBounds = {
  ...TIMESTAMPS,
  fits: (bound) =>
    `${bound} >= '0001-01-01 00:00:00Z'::timestamptz and ${bound} < '10000-01-01 00:00:00Z'::timestamptz`,
  jsonText: (bound) => timestampText(`${bound} at time zone 'UTC'`, 'Z'),
};

/** Bounds by the range's element type, `pg_type.typname`. */
export const RANGE_BOUNDS: Readonly<Record<string, RangeBounds>> = {
  int2: INTEGERS,
  int4: INTEGERS,
  int8: INTEGERS,
  numeric: NUMBERS,
  float4: FLOATS,
  float8: FLOATS,
  date: DATES,
  timestamp: TIMESTAMPS,
  timestamptz: INSTANTS,
};

/** SQL of a range as `{"gte": …, "lt": …}`; a bound that is open or doesn't fit is left out, an empty range is null. */
export function renderRange(value: string, bounds: RangeBounds): string {
  return `(select ${rangeText(bounds)}::json from (select ${value} as v offset 0) as r)`;
}

/** SQL of a multirange as a list of ranges. */
export function renderMultirange(value: string, bounds: RangeBounds): string {
  const list = (ranges: string) =>
    `(select string_agg(${rangeText(bounds)}, ',') from (select unnest(${ranges}) as v) as r)`;
  return bindValue(
    value,
    (ranges) => `case when ${ranges} is not null then ('[' || coalesce(${list(ranges)}, '') || ']')::json end`,
  );
}

/** Bounds that touch are both written as inclusive: Elasticsearch refuses a range that is empty after its rounding. */
function rangeText({ fits, jsonText, touch }: RangeBounds): string {
  const [lower, upper] = ['lower(r.v)', 'upper(r.v)'];
  const touching = `(case when ${fits(lower)} and ${fits(upper)} then ${touch(lower, upper)} else false end)`;
  const part = (bound: string, inclusive: string, names: readonly [string, string]): string =>
    `case when ${fits(bound)} then ` +
    `(case when ${inclusive} or ${touching} then '"${names[0]}":' else '"${names[1]}":' end) || ${jsonText(bound)} end`;
  const [from, to] = [part(lower, 'lower_inc(r.v)', ['gte', 'gt']), part(upper, 'upper_inc(r.v)', ['lte', 'lt'])];
  return `(case when not isempty(r.v) then '{' || concat_ws(',', ${from}, ${to}) || '}' end)`;
}

function timestampText(timestamp: string, zone: string): string {
  return `'"' || to_char(${timestamp}, 'YYYY-MM-DD"T"HH24:MI:SS.US') || '${zone}"'`;
}
