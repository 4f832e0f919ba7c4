import type { TypeCase } from './json-cases';

/** Edge values of ranges and multiranges. */
export const RANGE_CASES: Readonly<Record<string, readonly TypeCase[]>> = {
  int4range: [
    { value: `'[1,5)'`, json: '{"gte":1,"lt":5}' },
    { value: `'(1,5]'`, json: '{"gte":2,"lt":6}' },
    { value: `'[1,1]'`, json: '{"gte":1,"lt":2}' },
    { value: `'(,5)'`, json: '{"lt":5}' },
    { value: `'(,)'`, json: '{}' },
    { value: `'empty'`, json: 'null' },
  ],
  int8range: [
    {
      value: `'[9223372036854775806,9223372036854775807)'`,
      json: '{"gte":9223372036854775806,"lt":9223372036854775807}',
    },
    { value: `'(,-9223372036854775808)'`, json: '{"lt":-9223372036854775808}' },
  ],
  numrange: [
    { value: `'[1.5,2.5]'`, json: '{"gte":1.5,"lte":2.5}' },
    { value: `'(1.5,2.50)'`, json: '{"gt":1.5,"lt":2.50}' },
    {
      value: `'[0.10000000000000000001,0.10000000000000000002)'`,
      json: '{"gte":0.10000000000000000001,"lte":0.10000000000000000002}',
    },
    { value: `'(1.0,1.0000000000000002)'`, json: '{"gte":1.0,"lte":1.0000000000000002}' },
    { value: `numrange(0, ('1e-400')::numeric)`, json: `{"gte":0,"lte":0.${'0'.repeat(300)}}` },
    { value: `numrange(('-1e400')::numeric, 'Infinity')`, json: '{}', since: 14 },
    { value: `numrange('NaN', 'NaN', '[]')`, json: '{}' },
    { value: `numrange(0, ('0.' || repeat('1', 1500))::numeric)`, json: `{"gte":0,"lt":0.${'1'.repeat(300)}}` },
  ],
  daterange: [
    { value: `'[2024-01-01,2024-02-01)'`, json: '{"gte":"2024-01-01","lt":"2024-02-01"}' },
    { value: `'[0044-03-15 BC,20000-01-01)'`, json: '{}' },
    { value: `'[infinity,infinity]'`, json: '{}' },
    { value: `'[9999-12-31,9999-12-31]'`, json: '{"gte":"9999-12-31"}' },
  ],
  tsrange: [
    {
      value: `'[2024-01-01 00:00:00.123456,2024-02-01)'`,
      json: '{"gte":"2024-01-01T00:00:00.123456","lt":"2024-02-01T00:00:00.000000"}',
    },
    {
      value: `'(2024-01-01 12:00:00.000001,2024-01-01 12:00:00.000002)'`,
      json: '{"gte":"2024-01-01T12:00:00.000001","lte":"2024-01-01T12:00:00.000002"}',
    },
    { value: `'[-infinity,infinity]'`, json: '{}' },
  ],
  tstzrange: [
    {
      value: `'(2024-01-01 00:00+02,2024-02-01 00:00+00]'`,
      json: '{"gt":"2023-12-31T22:00:00.000000Z","lte":"2024-02-01T00:00:00.000000Z"}',
    },
    { value: `'[2024-01-01,294276-12-31)'`, json: '{"gte":"2024-01-01T00:00:00.000000Z"}' },
  ],
  float_range: [
    { value: `'[-Infinity,1.5)'`, json: '{"lt":1.5}' },
    { value: `'(0,5e-324)'`, json: '{"gte":0,"lte":5e-324}' },
    { value: `'[-1.7e308,1.7e308]'`, json: '{"gte":-1.7e+308,"lte":1.7e+308}' },
    { value: `'[NaN,NaN]'`, json: '{}' },
  ],
  small_range: [
    { value: `'(1,2]'`, json: '{"gte":1,"lte":2}' },
    { value: `'(1,9)'`, json: '{"gt":1,"lt":9}' },
  ],
  text_range: [{ value: `'[a,b)'` }],
  int4multirange: [
    { value: `'{[1,3),[5,7)}'`, json: '[{"gte":1,"lt":3},{"gte":5,"lt":7}]', since: 14 },
    { value: `'{}'`, json: '[]', since: 14 },
  ],
  tsmultirange: [
    {
      value: `'{[2024-01-01,2024-01-02)}'`,
      json: '[{"gte":"2024-01-01T00:00:00.000000","lt":"2024-01-02T00:00:00.000000"}]',
      since: 14,
    },
  ],
};
