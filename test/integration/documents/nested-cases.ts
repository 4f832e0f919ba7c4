import type { TypeCase } from './json-cases';

/** Edge values of composites and arrays. */
export const NESTED_CASES: Readonly<Record<string, readonly TypeCase[]>> = {
  comp: [
    { value: `row(1, 'x')`, json: '{"a":1,"b":"x"}' },
    { value: `row(null, null)`, json: '{"a":null,"b":null}' },
    { value: `row(7, E'two\\nlines "quoted"')`, json: '{"a":7,"b":"two\\nlines \\"quoted\\""}' },
  ],
  outer_comp: [
    {
      value: `row(row(1,'x'), array[row(2,'y')::comp, null], E'{"a":\\n1}', '[1,3)', '\\x00', 5)`,
      json: '{"inner":{"a":1,"b":"x"},"many":[{"a":2,"b":"y"},null],"odd_name":{"a": 1},"Range":{"gte":1,"lt":3},"bytes":"AA==","dom":5}',
    },
    {
      value: `row(null, '{}', null, 'empty', null, null)`,
      json: '{"inner":null,"many":[],"odd_name":null,"Range":null,"bytes":null,"dom":null}',
    },
  ],
  empty_comp: [{ value: `row()`, json: '{}' }],
  'integer[]': [
    { value: `'{1,2}'`, json: '[1,2]' },
    { value: `'{{1,2},{3,4}}'`, json: '[[1,2],[3,4]]' },
    { value: `'{1,NULL}'`, json: '[1,null]' },
    { value: `'[0:1]={1,2}'`, json: '[1,2]' },
    { value: `'{}'`, json: '[]' },
  ],
  'text[]': [{ value: `array['a', E'b\\n"c"', null, '']`, json: '["a","b\\n\\"c\\"",null,""]' }],
  'character(3)[]': [{ value: `'{a,b}'`, json: '["a","b"]' }],
  'numeric[]': [
    { value: `'{1.50,NaN,NULL}'`, json: '[1.50,"NaN",null]' },
    { value: `'{{1.0},{2.0}}'`, json: '[[1.0],[2.0]]' },
  ],
  'timestamptz[]': [{ value: `'{2024-01-01 00:00+00,infinity}'`, json: '["2024-01-01T00:00:00+00:00","infinity"]' }],
  'jsonb[]': [
    { value: `array['{"x":1}', '7', null]::jsonb[]`, json: '[{"x": 1},{"value": 7},null]' },
    {
      value: `array[array['{"x":1}', '{}'], array['[1]', null]]::jsonb[]`,
      json: '[[{"x": 1},{}],[{"value": [1]},null]]',
    },
  ],
  'json[]': [{ value: `array[E'{"x":\\n1}']::json[]`, json: '[{"x": 1}]' }],
  'bytea[]': [{ value: `array['\\x00', '\\x']::bytea[]`, json: '["AA==",""]' }],
  'comp[]': [
    {
      value: `array[row(1,'a')::comp, null, row(null,null)::comp]`,
      json: '[{"a":1,"b":"a"},null,{"a":null,"b":null}]',
    },
    { value: `array[array[row(1,'a')::comp], array[row(2,'b')::comp]]`, json: '[[{"a":1,"b":"a"}],[{"a":2,"b":"b"}]]' },
  ],
  'int4range[]': [
    { value: `'{"[1,3)",empty,NULL}'`, json: '[{"gte":1,"lt":3},null,null]' },
    {
      value: `'[5:6][2:3][1:1]={{{"[1,3)"},{"[2,3)"}},{{"[3,4)"},{"[4,5)"}}}'`,
      json: '[[[{"gte":1,"lt":3}],[{"gte":2,"lt":3}]],[[{"gte":3,"lt":4}],[{"gte":4,"lt":5}]]]',
    },
  ],
  'cidr[]': [
    {
      value: `'{10.0.0.0/8,::ffff:1.2.3.4/128}'`,
      json: '["10.0.0.0/8",{"gte" : "::ffff:1.2.3.4", "lte" : "::ffff:1.2.3.4"}]',
    },
  ],
  'mood[]': [{ value: `'{ok,sad}'`, json: '["ok","sad"]' }],
  'point[]': [{ value: `array['(1,2)']::point[]`, json: '["(1,2)"]' }],
  'money[]': [{ value: `'{$1.50}'`, json: '[1.50]' }],
  'list[]': [{ value: `array['{1,2}', null, '{}']::list[]`, json: '[[1,2],null,[]]' }],
  json_list: [{ value: `array['1']::json[]`, json: '[{"value": 1}]' }],
};
