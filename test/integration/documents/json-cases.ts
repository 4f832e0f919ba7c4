/** A value of a type and what the document holds of it: JSON text, digit by digit. */
export interface TypeCase {
  /** SQL of the value; it is cast to the type. */
  readonly value: string;
  /** Absent: PostgreSQL's own text of the value, as a string. */
  readonly json?: string;
  /**
   * Major version of PostgreSQL that brought it.
   * @default all
   */
  readonly since?: number;
}

/** Edge values of the types that hold JSON, or become it. */
export const JSON_CASES: Readonly<Record<string, readonly TypeCase[]>> = {
  jsonb: [
    { value: `'{"a": 1, "big": 12345678901234567890.10}'`, json: '{"a": 1, "big": 12345678901234567890.10}' },
    { value: `'{}'`, json: '{}' },
    { value: `'7'`, json: '{"value": 7}' },
    { value: `'"text"'`, json: '{"value": "text"}' },
    { value: `'null'`, json: '{"value": null}' },
    { value: `'[1, 2]'`, json: '{"value": [1, 2]}' },
    { value: `'[]'`, json: '[]' },
    { value: `'[{"a": 1}, null]'`, json: '[{"a": 1}, null]' },
    { value: `'[{"a": 1}, 2]'`, json: '{"value": [{"a": 1}, 2]}' },
    {
      value: `'{"": 1, " ": 2, "a.b": 3, ".": 4, "line\\nbreak": "x\\r\\ny"}'`,
      json: '{"": 1, " ": 2, ".": 4, "a.b": 3, "line\\nbreak": "x\\r\\ny"}',
    },
    { value: nested(21), json: unquote(nested(21)) },
    { value: nested(899), json: unquote(nested(899)) },
    { value: nested(1500), json: JSON.stringify({ value: unquote(nested(1500)) }).replace('":"', '": "') },
    {
      value: `jsonb_build_object(repeat('k', 40000), 1)`,
      json: JSON.stringify({ value: `{"${'k'.repeat(40000)}": 1}` }).replace('":"', '": "'),
    },
    {
      value: `jsonb_build_object('n', repeat('1', 1001)::numeric)`,
      json: JSON.stringify({ value: `{"n": ${'1'.repeat(1001)}}` }).replace('":"', '": "'),
    },
    { value: `jsonb_build_object('leaf', repeat('é', 40000))`, json: `{"leaf": "${'é'.repeat(40000)}"}` },
    {
      value: `(select jsonb_object_agg(to_char(i, 'FM00000'), i) from generate_series(1, 10000) as i)`,
      json: `{${Array.from({ length: 10000 }, (_, i) => `"${String(i + 1).padStart(5, '0')}": ${i + 1}`).join(', ')}}`,
    },
  ],
  json: [
    { value: `E'{"a": 1,\\r\\n "a": 2}'`, json: '{"a": 2}' },
    { value: `E'\\n[1,\\n2]'`, json: '{"value": [1, 2]}' },
    { value: `'{"n": 1.10, "e": 1e3}'`, json: '{"e": 1000, "n": 1.10}' },
    { value: `'{"nul": "\\u0000"}'`, json: '{"value": "{\\"nul\\": \\"\\\\u0000\\"}"}' },
    { value: `'{"lone": "\\ud800"}'`, json: '{"value": "{\\"lone\\": \\"\\\\ud800\\"}"}' },
    { value: `'{"pair": "\\ud83d\\ude00"}'`, json: '{"pair": "😀"}' },
    {
      value: `'{"backslash": "\\\\ud83d\\ude00"}'`,
      json: '{"value": "{\\"backslash\\": \\"\\\\\\\\ud83d\\\\ude00\\"}"}',
    },
    { value: `'{"escaped": "\\\\u0000"}'`, json: '{"escaped": "\\\\u0000"}' },
    { value: `'1e400000'`, json: '{"value": "1e400000"}' },
    { value: `'{"hex": "1e4000"}'`, json: '{"hex": "1e4000"}' },
    { value: `repeat('1', 200000)`, json: `{"value": "${'1'.repeat(200000)}"}` },
  ],
  hstore: [
    { value: `'a=>1, "b c"=>null, ""=>x'`, json: '{"": "x", "a": "1", "b c": null}' },
    { value: `''`, json: '{}' },
  ],
};

function nested(depth: number): string {
  return `'${'{"a": '.repeat(depth)}1${'}'.repeat(depth)}'`;
}

function unquote(literal: string): string {
  return literal.slice(1, -1);
}
