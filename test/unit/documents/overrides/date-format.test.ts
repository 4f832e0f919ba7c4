import { findDateWriter } from '../../../../src/documents/overrides/date-format';

function write(format: unknown): string | undefined {
  const writer = findDateWriter(format);
  return typeof writer === 'function' ? writer('v') : writer;
}

describe('dates in a format of Elasticsearch', () => {
  test.each([
    undefined,
    'strict_date_optional_time',
    'iso8601',
    'yyyy||date_optional_time',
    'strict_date_optional_time_nanos',
  ])('%s takes ISO 8601 as it is', (format) => {
    expect(write(format)).toBe('as it is');
  });

  test.each(["yyyy-'W'ww", 'GGGG', 'QQ', 'yyyy{MM}', "yyyy'", '', 'weekyear', 'HHH', 'SSSSSSSSSS'])(
    '%s can not be written',
    (format) => {
      expect(write(format)).toBeUndefined();
    },
  );

  test('the first alternative that can be written is', () => {
    expect(write('ww||yyyy/MM||epoch_millis')).toBe(write('yyyy/MM'));
    expect(write('8yyyy')).toBe(write('yyyy'));
    expect(write('strict_basic_date')).toBe(write('yyyyMMdd'));
  });

  test('a text within a pattern is a literal', () => {
    expect(write("yyyy' \\ ''x'")).toContain(String.raw`E' \\ ''x'`);
  });
});
