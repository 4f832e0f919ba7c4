import { formatCopyRow } from '../../../../src/stack/sample-data/copy-text';

describe('a row as COPY text', () => {
  test('has a tab between values and a newline at its end', () => {
    expect(formatCopyRow([1, 'a', true, null])).toBe('1\ta\ttrue\t\\N\n');
  });

  test('escapes what COPY would take for syntax', () => {
    expect(formatCopyRow(['a\tb\nc\\.\r'])).toBe('a\\tb\\nc\\\\.\\r\n');
  });

  test('writes lists as arrays and objects as JSON', () => {
    expect(formatCopyRow([['a', 'b"c\\'], [], { a: '日本' }])).toBe('{"a","b\\\\"c\\\\\\\\"}\t{}\t{"a":"日本"}\n');
  });
});
