/** Columns of a table of special types, each with values that connectors get wrong. */
const COLUMNS: readonly (readonly [name: string, type: string, values: readonly string[]])[] = [
  ['big', 'bigint', ['9223372036854775807', '-9223372036854775808', '9007199254740993']],
  ['exact', 'numeric', [`12345678901234567890.12345678901234567890`, '1.10', `'NaN'`]],
  ['price', 'numeric(12,2)', ['99999999.90', '-0.01', '0']],
  ['ratio', 'double precision', [`'NaN'`, `'-Infinity'`, '0.1']],
  ['small_ratio', 'real', [`'Infinity'`, '3.4e38', '0.1']],
  ['paid', 'money', [`'$1,234.50'`, `'-$0.01'`, `'0'`]],
  ['day', 'date', [`'infinity'`, `'0044-03-15 BC'`, `'12024-02-29'`]],
  ['at', 'timestamptz', [`'2024-03-31 02:30:00.123456+02'`, `'-infinity'`, `'9999-12-31 23:59:59.999999+00'`]],
  ['at_local', 'timestamp', [`'2024-02-29 00:00:00'`, `'infinity'`, `'1883-11-18 12:03:58'`]],
  ['clock', 'time', [`'24:00:00'`, `'00:00:00.000001'`, `'12:34:56'`]],
  ['clock_zone', 'timetz', [`'12:34:56+05:30'`, `'00:00:00-12'`, `'23:59:59.999999+00'`]],
  ['span', 'interval', [`'1 year 2 mons -3 days 04:05:06.789'`, `'0'`, `'-178000000 years'`]],
  ['raw', 'bytea', [`'\\x00ff'`, `''`, `decode('aGVsbG8=', 'base64')`]],
  ['doc', 'json', [`E'{"a":1,\\n"a":2}'`, `'"scalar"'`, `'[1, 2.50, null]'`]],
  ['doc_b', 'jsonb', [`'{"n": 12345678901234567890.10, "é": [true]}'`, `'null'`, `'{}'`]],
  ['key', 'uuid', [`'00000000-0000-0000-0000-000000000000'`, 'gen_random_uuid()', 'gen_random_uuid()']],
  ['address', 'inet', [`'10.1.2.3/8'`, `'::1'`, `'255.255.255.255'`]],
  ['network', 'cidr', [`'10.0.0.0/8'`, `'2001:db8::/32'`, `'192.168.1.1/32'`]],
  ['bits', 'bit varying(16)', [`B'1011'`, `B''`, `B'1111111111111111'`]],
  ['blanks', 'character(6)', [`'a'`, `''`, `'  x'`]],
  ['position', 'point', [`'(1.5,-2)'`, `'(0,0)'`, `'(1e308,-1e308)'`]],
  ['words', 'tsvector', [`to_tsvector('simple', 'a fat cat')`, `''`, `'''it''''s'':1'`]],
  ['page', 'xml', [`'<a b="1">ü</a>'`, `'<x/>'`, `'<y>&lt;</y>'`]],
  ['feeling', 'mood', [`'ok'`, `'sehr "gut"'`, `'ok'`]],
  ['home', 'place', [`row('Main St, "5"', 12)`, 'row(null, null)', `row('', 9223372036854775807)`]],
  ['years', 'int4range', [`'[1,5)'`, `'empty'`, `'(,3]'`]],
  ['when_valid', 'tstzrange', [`'[2024-01-01 00:00+00,)'`, `'(,)'`, `'empty'`]],
  ['numbers', 'bigint[]', [`'{9007199254740993,null,-1}'`, `'{}'`, `'{{1,2},{3,4}}'`]],
  ['names', 'text[]', [`array['a,b', '"', null, E'\\n']`, `'{}'`, `array['NULL', '']`]],
];

/** A row for each of the values, one of nulls alone, and one of a key that needs escaping. */
export function createSpecialTypes(): string[] {
  const columns = COLUMNS.map(([name, type]) => `"${name}" ${type}`).join(', ');
  const rows = [0, 1, 2].map((row) => COLUMNS.map(([, , values]) => values[row] ?? 'null').join(', '));
  return [
    `create type mood as enum ('ok', 'sehr "gut"')`,
    'create type place as (street text, number bigint)',
    `create table special_types (id text primary key, ${columns})`,
    ...rows.map((row, index) => `insert into special_types values ('row ${index}', ${row})`),
    `insert into special_types (id) values ('nulls'), (E'%,\\n"\\\\ é:/'), (repeat('long ', 200))`,
    // Rows enough that ten of them can go.
    `insert into special_types (id, big) select 'filler ' || i, i from generate_series(1, 40) as i`,
  ];
}

/** Deletes ten rows of the special types, and changes some of the others. */
export function changeSpecialTypes(round: number): string[] {
  const some = `select id from special_types where id like 'filler%' order by id limit`;
  return [
    `delete from special_types where id in (${some} 10)`,
    `update special_types set numbers = numbers || ${round}::bigint, doc_b = jsonb_build_object('round', ${round})
     where id in ('row 0', 'row 1')`,
    `insert into special_types (id, at) values ('filler new ${round}', now())`,
  ];
}

/** What {@link changeSpecialTypes} does to documents. */
export const CHANGED_SPECIAL = { indexed: 3, deleted: 10 } as const;
