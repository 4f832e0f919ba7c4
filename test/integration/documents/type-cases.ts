import { isServerSince } from '../../support/server-version';
import { JSON_CASES, type TypeCase } from './json-cases';
import { NESTED_CASES } from './nested-cases';
import { RANGE_CASES } from './range-cases';

const CASES: Readonly<Record<string, readonly TypeCase[]>> = {
  smallint: [number('-32768'), number('32767')],
  integer: [number('-2147483648'), number('2147483647')],
  bigint: [number('-9223372036854775808'), number('9007199254740993'), number('9223372036854775807')],
  oid: [number('0'), number('4294967295')],
  'numeric(30,10)': [number('12345678901234567890.1234567890'), { value: `'NaN'`, json: '"NaN"' }],
  'numeric(1000,0)': [{ value: `repeat('9', 1000)` }],
  numeric: [
    number('1.10'),
    number('-0.000000000000000000000000000000000000001'),
    number('9'.repeat(300)),
    { value: `'NaN'`, json: '"NaN"' },
    { value: `'Infinity'`, json: '"Infinity"', since: 14 },
    { value: `'-Infinity'`, json: '"-Infinity"', since: 14 },
    { value: `repeat('7', 131072)` },
    { value: `'0.' || repeat('3', 16383)` },
  ],
  real: [
    { value: `'NaN'`, json: '"NaN"' },
    number('1.1'),
    number('1e-45'),
    number('3.4028235e+38'),
    { value: `'-Infinity'`, json: '"-Infinity"' },
  ],
  'double precision': [
    number('0.1'),
    number('-0'),
    number('5e-324'),
    number('1.7976931348623157e+308'),
    { value: `'NaN'`, json: '"NaN"' },
    { value: `'Infinity'`, json: '"Infinity"' },
    { value: `'-Infinity'`, json: '"-Infinity"' },
  ],
  money: [
    { value: `'12.34'`, json: '12.34' },
    { value: `'92233720368547758.07'`, json: '92233720368547758.07' },
    { value: `'-92233720368547758.08'`, json: '-92233720368547758.08' },
  ],
  boolean: [number('true'), number('false')],
  text: [
    { value: `''` },
    { value: `'say "hello" \\ / and E''\\n'''` },
    { value: `E'\\u2028 line\\nbreaks\\r\\nand\\ttabs \\x01\\x1f\\x7f'` },
    { value: `'naïve 日本語 👩‍👩‍👧 \u{10ffff}'` },
    { value: `'{"index":{"_index":"other"}}'` },
    { value: `repeat('long ', 200000)` },
    { value: `repeat('x', 1000000)` },
  ],
  'character(5)': [
    { value: `'ab'`, json: '"ab"' },
    { value: `''`, json: '""' },
  ],
  'character varying(10)': [{ value: `'ab   '` }],
  name: [{ value: `'pg_class'` }],
  '"char"': [{ value: `'x'` }],
  citext: [{ value: `'CiText'` }],
  xml: [{ value: `'<a b="c">x</a>'` }],
  ltree: [{ value: `'a.b.c'` }],
  uuid: [{ value: `'00000000-0000-0000-0000-000000000000'` }, { value: `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'` }],
  macaddr: [{ value: `'08:00:2b:01:02:03'` }],
  macaddr8: [{ value: `'08:00:2b:01:02:03:04:05'` }],
  pg_lsn: [{ value: `'FFFFFFFF/FFFFFFFF'` }],
  'bit(8)': [{ value: `B'10101010'` }],
  'bit varying': [{ value: `B''` }, { value: `B'1101'` }],
  time: [{ value: `'12:34:56.789'` }, { value: `'24:00'` }],
  timetz: [{ value: `'12:34:56.789+05:30'` }, { value: `'24:00-15:59'` }, { value: `'00:00:00.000001+15:59'` }],
  interval: [
    { value: `'1 year 2 mons 3 days 04:05:06.7'`, json: '"P1Y2M3DT4H5M6.7S"' },
    { value: `'178000000 years'`, json: '"P178000000Y"' },
    { value: `'-1 day +2 hours'`, json: '"P-1DT2H"' },
  ],
  date: [
    { value: `'2024-02-29'`, json: '"2024-02-29"' },
    { value: `'infinity'`, json: '"infinity"' },
    { value: `'0044-03-15 BC'`, json: '"0044-03-15 BC"' },
    { value: `'-infinity'`, json: '"-infinity"' },
    { value: `'4713-01-01 BC'`, json: '"4713-01-01 BC"' },
    { value: `'10000-01-01'`, json: '"10000-01-01"' },
    { value: `'5874897-12-31'`, json: '"5874897-12-31"' },
  ],
  timestamp: [
    { value: `'2024-02-29 12:34:56.789'`, json: '"2024-02-29T12:34:56.789"' },
    { value: `'2024-02-29 12:34:56.123456'`, json: '"2024-02-29T12:34:56.123456"' },
    { value: `'-infinity'`, json: '"-infinity"' },
    { value: `'infinity'`, json: '"infinity"' },
    { value: `'4713-01-01 00:00:00 BC'`, json: '"4713-01-01T00:00:00 BC"' },
    { value: `'294276-12-31 23:59:59.999999'`, json: '"294276-12-31T23:59:59.999999"' },
  ],
  timestamptz: [
    { value: `'2024-02-29 12:34:56.789+05:30'`, json: '"2024-02-29T07:04:56.789+00:00"' },
    { value: `'infinity'`, json: '"infinity"' },
    { value: `'-infinity'`, json: '"-infinity"' },
    { value: `'294276-12-31 23:59:59.999999+00'`, json: '"294276-12-31T23:59:59.999999+00:00"' },
    { value: `'4713-01-01 00:00:00+00 BC'`, json: '"4713-01-01T00:00:00+00:00 BC"' },
  ],
  ...JSON_CASES,
  bytea: [
    { value: `'\\x'`, json: '""' },
    { value: `'\\x00ff41'`, json: '"AP9B"' },
    { value: `convert_to(repeat('abc', 100), 'UTF8')`, json: `"${'YWJj'.repeat(100)}"` },
    { value: `convert_to(repeat('a', 10485761), 'UTF8')`, json: 'null' },
  ],
  inet: [
    { value: `'192.168.1.1'`, json: '"192.168.1.1"' },
    { value: `'192.168.1.5/24'` },
    { value: `'::ffff:1.2.3.4'`, json: '"::ffff:1.2.3.4"' },
    { value: `'2001:db8::1/64'` },
  ],
  cidr: [
    { value: `'10.0.0.0/8'` },
    { value: `'0.0.0.0/0'` },
    { value: `'2001:db8::/32'` },
    { value: `'::ffff:1.2.3.0/120'`, json: '{"gte" : "::ffff:1.2.3.0", "lte" : "::ffff:1.2.3.255"}' },
  ],
  point: [{ value: `'(1.5,2.5)'` }],
  line: [{ value: `'{1,-1,0}'` }],
  lseg: [{ value: `'[(0,0),(1,1)]'` }],
  box: [{ value: `'((2,2),(0,0))'` }],
  path: [{ value: `'[(0,0),(1,1)]'` }, { value: `'((0,0),(1,1))'` }],
  polygon: [{ value: `'((0,0),(1,0),(1,1))'` }],
  circle: [{ value: `'<(0,0),5>'` }],
  jsonpath: [{ value: `'$.a[*] ? (@ > 1)'` }],
  int2vector: [{ value: `'1 2'`, json: '[1,2]' }],
  oidvector: [{ value: `'1 2'`, json: '[1,2]' }],
  xid: [{ value: `'4294967295'` }],
  xid8: [{ value: `'18446744073709551615'`, since: 13 }],
  tid: [{ value: `'(4294967295,65535)'` }],
  txid_snapshot: [{ value: `'10:20:10,14'` }],
  pg_snapshot: [{ value: `'10:20:10,14'`, since: 13 }],
  refcursor: [{ value: `'cursor'` }],
  cube: [{ value: `'(1,2),(3,4)'` }],
  tsvector: [{ value: `''` }, { value: `'a fat ''ca,t''' ` }],
  tsquery: [{ value: `'fat & rat'` }],
  regclass: [{ value: `'pg_class'`, json: '"pg_class"' }],
  ...RANGE_CASES,
  mood: [{ value: `'ok'` }, { value: `''` }, { value: `repeat('é', 31)` }, { value: `'it''s "odd", \\ & long'` }],
  positive: [number('5')],
  positive_twice: [number('6')],
  code: [{ value: `'AB'`, json: '"AB"' }],
  ...NESTED_CASES,
};

/** Edge values by type, as it is written in `create table`; those that the server knows. */
export const TYPE_CASES = Object.fromEntries(
  Object.entries(CASES)
    .map(([type, cases]) => [type, cases.filter(({ since = 0 }) => isServerSince(since))] as const)
    .filter(([, cases]) => cases.length > 0),
);

/** Types that the cases need. */
export const TYPE_DEFINITIONS = `
  create extension hstore; create extension citext; create extension ltree; create extension cube;
  create type mood as enum ('sad', 'ok', 'it''s "odd", \\ & long', '', '${'é'.repeat(31)}');
  create type comp as (a int, b text);
  create domain positive as int check (value > 0);
  create domain positive_twice as positive check (value < 100);
  create domain code as character(5);
  create domain list as int[];
  create domain json_list as json[];
  create type outer_comp as ("inner" comp, many comp[], "odd.name" json, "Range" int4range, bytes bytea, dom positive_twice);
  create type empty_comp as ();
  create type float_range as range (subtype = float8);
  create type small_range as range (subtype = int2);
  create type text_range as range (subtype = text);
`;

function number(text: string): TypeCase {
  return { value: `'${text}'`, json: text };
}
