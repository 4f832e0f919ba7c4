import { type FieldGroup, findFieldGroup } from '../../../src/documents/overrides/field-types';
import { quoteLiteral } from '../../../src/documents/sql-text';
import { baseOf } from '../../../src/sync/relation';
import type { OverrideSource } from '../../support/override-sources';

/** A value of a type that a field shall take, and the query that finds it. */
export interface OverrideExample {
  /** Type of the column: the source's own, or a composite with the attributes that the field asks for. */
  readonly sql: string;
  /** SQL of the value. */
  readonly value: string;
  /** A word, number or place in the value. */
  readonly find: unknown;
}

/** Types that the examples need. */
export const EXAMPLE_TYPES = (): string => `
  create extension hstore; create extension citext;
  create type mood as enum (${[...new Set(Object.values(TEXTS).map(([value]) => quoteLiteral(value)))].join(', ')});
  create type pair as (a text);
  create type span as (gte text, lte text);
  create type place as (lat float8, lon float8);
  create type suggestion as (input text, weight int);
  create type weights as (a int);
  create type buckets as ("values" int[], counts int[]);
  create type summary as (min int, max int);
  create type child as (name text);
`;

type Values = Readonly<Partial<Record<FieldGroup | 'other' | 'aggregate_metric_double', readonly [string, unknown?]>>>;

/** What each group takes of a text. */
const TEXTS = {
  text: ['hello'],
  string: ['hello'],
  completion: ['hello'],
  number: ['42', 42],
  rankFeature: ['42'],
  boolean: ['yes', true],
  date: ['2024-02-29'],
  ip: ['192.168.1.5/24', '192.168.1.5'],
  numberRange: ['[1,5)', 3],
  dateRange: ['[2024-01-01,2024-02-01)', '2024-01-15'],
  ipRange: ['10.0.0.0/8', '10.1.2.3'],
  point: ['(13.4,52.5)'],
  shape: ['{"type":"Point","coordinates":[13.4,52.5]}'],
  vector: ['[1,2,3]'],
  object: ['{"a":"x"}', 'x'],
  features: ['{"a":1}'],
  summary: ['{"values":[1],"counts":[2]}'],
  aggregate_metric_double: ['{"min":1,"max":2}'],
  join: ['question'],
  query: ['{"match_all":{}}'],
  binary: ['AP9B'],
} as const satisfies Values;

const JSON_VALUES: Values = {
  ...TEXTS,
  text: ['"hello"', 'hello'],
  string: ['"hello"'],
  completion: ['{"input":"hello"}', 'hello'],
  boolean: ['true', true],
  date: ['"2024-02-29"', '2024-02-29'],
  ip: ['"192.168.1.5"', '192.168.1.5'],
  numberRange: ['{"gte":1,"lt":5}', 3],
  dateRange: ['{"gte":"2024-01-01","lt":"2024-02-01"}', '2024-01-15'],
  ipRange: ['"10.0.0.0/8"', '10.1.2.3'],
  point: ['{"lat":52.5,"lon":13.4}'],
  join: ['"question"'],
};

const NUMBERS: Values = {
  other: ['1', 1],
  text: ['1', '1'],
  boolean: ['1', true],
  date: ['1', 1],
};
const INSTANT = '2024-02-29 12:34:56';

/** Values by the name of the base type, or by the type as it is written. */
const VALUES: Readonly<Record<string, Values>> = {
  ...Object.fromEntries(['int2', 'int4', 'int8', 'oid', 'numeric', 'float4', 'float8'].map((name) => [name, NUMBERS])),
  money: { ...NUMBERS, text: ['1', '1.00'] },
  bool: { other: ['true', true], text: ['true', 'true'], number: ['true', 1] },
  ...Object.fromEntries(
    ['text', 'citext', 'varchar', 'bpchar', 'name', 'xml', 'mood', 'refcursor'].map((name) => [name, TEXTS]),
  ),
  varbit: { other: ['101', '101'], number: ['101', 101], boolean: ['1', true] },
  uuid: { other: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'] },
  macaddr: { other: ['08:00:2b:01:02:03'] },
  macaddr8: { other: ['08:00:2b:01:02:03:04:05'] },
  pg_lsn: { other: ['FFFFFFFF/FFFFFFFF'] },
  date: { other: ['2024-02-29'] },
  timestamp: { other: [INSTANT, '2024-02-29T12:34:56'] },
  timestamptz: { other: [`${INSTANT}+00`, '2024-02-29T12:34:56+00:00'] },
  time: { other: ['12:34:56'] },
  timetz: { other: ['12:34:56+00'] },
  interval: { other: ['1 day', 'P1D'] },
  json: JSON_VALUES,
  jsonb: JSON_VALUES,
  hstore: { other: ['a=>x', '{"a": "x"}'], object: ['a=>x', 'x'], features: ['a=>1'] },
  bytea: { other: ['\\x00ff41', 'AP9B'] },
  inet: {
    other: ['192.168.1.5/24'],
    ip: ['192.168.1.5/24', '192.168.1.5'],
    ipRange: ['192.168.1.5/24', '192.168.1.77'],
  },
  cidr: { other: ['10.0.0.0/8'], ip: ['192.168.1.5/32', '192.168.1.5'], ipRange: ['10.0.0.0/8', '10.1.2.3'] },
  point: { other: ['(13.4,52.5)'] },
  lseg: { other: ['[(13,52),(14,53)]'] },
  box: { other: ['(14,53),(13,52)'] },
  path: { other: ['[(13,52),(14,53)]'] },
  polygon: { other: ['((13,52),(14,52),(14,53))'] },
  int4range: { other: ['[1,5)', 3], text: ['[1,5)'], string: ['[1,5)'] },
  int8range: { other: ['[1,5)', 3], text: ['[1,5)'], string: ['[1,5)'] },
  numrange: { other: ['[1,5)', 3], text: ['[1,5)'], string: ['[1,5)'] },
  daterange: { other: ['[2024-01-01,2024-02-01)'], dateRange: ['[2024-01-01,2024-02-01)', '2024-01-15'] },
  tsrange: {
    other: ['[2024-01-01,2024-02-01)', '["2024-01-01 00:00:00","2024-02-01 00:00:00")'],
    dateRange: ['[2024-01-01,2024-02-01)', '2024-01-15'],
  },
  tstzrange: {
    other: ['[2024-01-01,2024-02-01)', '["2024-01-01 00:00:00+00","2024-02-01 00:00:00+00")'],
    dateRange: ['[2024-01-01,2024-02-01)', '2024-01-15'],
  },
};

/** Composites by what their attributes fit. */
const COMPOSITES: Readonly<Partial<Record<string, readonly [sql: string, value: string, find?: unknown]>>> = {
  text: ['pair', '(x)', '{"a":"x"}'],
  string: ['pair', '(x)'],
  object: ['pair', '(x)', 'x'],
  completion: ['suggestion', '(hello,1)', 'hello'],
  numberRange: ['span', '(1,5)', 3],
  dateRange: ['span', '(2024-01-01,2024-02-01)', '2024-01-15'],
  ipRange: ['span', '(10.0.0.0,10.255.255.255)', '10.1.2.3'],
  point: ['place', '(52.5,13.4)'],
  features: ['weights', '(1)'],
  summary: ['buckets', '({1},{2})'],
  aggregate_metric_double: ['summary', '(1,2)'],
  join: ['child', '(question)'],
};

/** Lists that are one value. */
const LISTS: Readonly<Partial<Record<FieldGroup, readonly string[]>>> = {
  vector: ['1', '2', '3'],
  point: ['13.4', '52.5'],
};

/** An example of a pair that the table in docs/type-mapping.md has. */
export function findExample({ sql, type }: OverrideSource, fieldType: string): OverrideExample {
  const group = findFieldGroup(fieldType);
  if (group === undefined) throw new Error(`no group of ${fieldType}`);
  if (type.kind === 'composite') {
    const [composite, value, find = value] = COMPOSITES[fieldType] ?? COMPOSITES[group] ?? fail(sql, fieldType);
    return { sql: composite, value: `${quoteLiteral(value)}::${composite}`, find };
  }
  if (type.kind !== 'array') {
    const [value, find] = valueOf(nameOf({ sql, type }), fieldType, group);
    return { sql, value: `${quoteLiteral(value)}::${sql}`, find };
  }
  const element = nameOf({ sql: sql.replace('[]', ''), type: type.element });
  const list = element === 'point' || element === 'jsonb' ? undefined : LISTS[group];
  const [value, find] = valueOf(element, fieldType, group);
  const items = (list ?? [value]).map((item) => quoteLiteral(element === 'int4' ? item.replace(/\..*/, '') : item));
  return { sql, value: `array[${items.join(', ')}]::${sql}`, find };
}

function valueOf(name: string, fieldType: string, group: FieldGroup): readonly [value: string, find: unknown] {
  const values = VALUES[name] ?? fail(name, fieldType);
  const special = fieldType === 'aggregate_metric_double' ? values.aggregate_metric_double : undefined;
  const [value, find = value] = special ?? values[group] ?? values.other ?? fail(name, fieldType);
  return [value, find];
}

function nameOf({ sql, type }: OverrideSource): string {
  const base = baseOf(type);
  return base.kind === 'base' ? base.name : sql;
}

function fail(name: string, fieldType: string): never {
  throw new Error(`no example of ${name} as ${fieldType}`);
}
