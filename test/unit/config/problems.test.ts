import { ConfigurationError } from '../../../src/config/problems/configuration-error';
import {
  messagesOf,
  MINIMAL,
  parse,
  problemsOf,
  withConfiguration,
  withConnector,
} from '../../support/parse-configuration';

describe('a configuration with mistakes', () => {
  test('names all of them at once, with path and line', () => {
    const problems = problemsOf(`elasticsearch:
  host: localhost:9200
  username: elastic
connectors:
  - connector_id: shop!
    index_name: Shop
    configuration:
      host: postgres://db
      port: 99999
      pasword: x
      database: 7
      ssl_enabled: maybe
    schedulling: {}
    concurrency: 0
`);
    expect(problems.map(({ line, path }) => [line, path])).toEqual([
      [2, 'elasticsearch.host'],
      [5, 'connectors[0].connector_id'],
      [6, 'connectors[0].index_name'],
      [7, 'connectors[0].configuration.username'],
      [8, 'connectors[0].configuration.host'],
      [9, 'connectors[0].configuration.port'],
      [10, 'connectors[0].configuration.pasword'],
      [11, 'connectors[0].configuration.database'],
      [12, 'connectors[0].configuration.ssl_enabled'],
      [13, 'connectors[0].schedulling'],
      [14, 'connectors[0].concurrency'],
    ]);
  });

  test('reads as a list, one problem a line', () => {
    const read = (): unknown => parse(withConfiguration('port: x', 'pasword: x'));
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(
      [
        'pgferry.yml has 2 problems:',
        '  line 9, connectors[0].configuration.port: must be a whole number from 1 to 65535',
        "  line 10, connectors[0].configuration.pasword: unknown key 'pasword'; did you mean 'password'?",
      ].join('\n'),
    );
  });

  test('finds the line of a dotted key', () => {
    expect(problemsOf(`elasticsearch.request_timeout: soon\n${MINIMAL}`)).toEqual([
      { line: 1, path: 'elasticsearch.request_timeout', message: 'must be a whole number from 1 to 86400' },
    ]);
  });

  test.each([
    ['port: "5432x"', 'port', 'must be a whole number from 1 to 65535'],
    ['port: 54.32', 'port', 'must be a whole number from 1 to 65535'],
    ['ssl_enabled: 1', 'ssl_enabled', 'must be true or false'],
    ['password: 0123', 'password', 'must be text: put the value in quotes'],
    ['tables: ["a", ""]', 'tables', 'must name at least one, and none empty'],
    ['tables: ""', 'tables', 'must name at least one, and none empty'],
    ['ssl_mode: prefer', 'ssl_mode', 'must be one of disable, require, verify-ca, verify-full'],
    ['tabels: a', 'tabels', "unknown key 'tabels'; did you mean 'tables'?"],
    ['user: a', 'user', "unknown key 'user'; did you mean 'username'?"],
    ['index_name: a', 'index_name', "unknown key 'index_name' here; it belongs under connectors[]"],
  ])('says what is wrong with %s', (line, key, message) => {
    expect(messagesOf(withConfiguration(line))).toEqual({ [`connectors[0].configuration.${key}`]: message });
  });

  test.each([
    ['pipeline: my-pipeline', 'pipeline', 'must be a mapping: keys and values, one a line'],
    ['service_type: mysql', 'service_type', 'must be postgresql: pgferry syncs nothing else'],
    ['max_delete_ratio: 50', 'max_delete_ratio', 'must be a number from 0 to 1'],
    ['scheduling: { timezone: Mars }', 'scheduling.timezone', 'is not a time zone; write one as Europe/Berlin or UTC'],
    [
      'scheduling.full.interval: hourly',
      'scheduling.full.interval',
      'must be a cron expression of 5, 6 (Quartz) or 7 fields, or "@every 5m"',
    ],
    ['documents: { exclude_columns: name }', 'documents.exclude_columns', 'must be schema.table.column'],
    ['documents: { mapping: { name: {} } }', 'documents.mapping.name', 'must be schema.table.column'],
    [
      'documents: { mapping: { public.city.name: keyword } }',
      'documents.mapping["public.city.name"]',
      'must be a mapping, as { type: keyword }',
    ],
  ])('says what is wrong with %s', (line, key, message) => {
    expect(messagesOf(withConnector(line))).toEqual({ [`connectors[0].${key}`]: message });
  });

  test.each([
    ['Shop', 'must be lower case'],
    ['_shop', 'must not start with -, _ or +'],
    ['sh op', 'must not contain spaces or any of \\ / * ? " < > | , # :'],
    ['..', 'must not be . or ..'],
    ['ü'.repeat(101), 'must be at most 200 bytes, so that suffixes fit'],
  ])('refuses the index name %j, as Elasticsearch would', (name, message) => {
    const text = MINIMAL.replace('search-shop', JSON.stringify(name));
    expect(messagesOf(text)).toEqual({ 'connectors[0].index_name': message });
  });

  test('refuses two connectors of the same id, also when there are other mistakes', () => {
    const second = MINIMAL.replace('\nconnectors:\n', '');
    const messages = messagesOf(`${MINIMAL}${second}    indexname: x\n`);
    expect(messages['connectors[1].connector_id']).toContain('is the id of connectors[0] already');
    expect(messages['connectors[1].indexname']).toContain("did you mean 'index_name'");
  });

  test('refuses credentials of two kinds, and halves of one', () => {
    const headed = (line: string): Record<string, string> => messagesOf(`elasticsearch: ${line}${MINIMAL}`);
    expect(headed('{ api_key: a, username: b, password: c }')).toHaveProperty(['elasticsearch.api_key']);
    expect(headed('{ username: b }')).toHaveProperty(['elasticsearch.password']);
    expect(headed('{ host: "http://u:p@es", username: b }')).toHaveProperty(['elasticsearch.host']);
  });

  test.each(['', 'null', '[]', '5', 'text', '- a'])('says so when it is %j', (text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });
});

describe('a file that is not YAML', () => {
  test.each([
    ['a: b: c', /line 1: column 4: a value holds a colon/],
    ['a: "b', /line 1: column 6: a character is missing/],
    ['a: 1\na: 2', /line 2: column 1: key 'a' is given twice/],
    ['a:\n\t- b', /line 2: column \d+: /],
    ['a: *b', /uses an alias|starts with \*/],
    ['a: @b', /put the value in quotes/],
  ])('is told with line and column: %j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test('is refused when it is nested absurdly, or grows without bound', () => {
    expect(() => parse('['.repeat(100_000))).toThrow(ConfigurationError);
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map(
        (n, i) =>
          `${n}: &${n} [${Array(9)
            .fill(`*${'abcdefgh'.charAt(i)}`)
            .join(',')}]`,
      ),
    ];
    expect(() => parse(bomb.join('\n'))).toThrow(ConfigurationError);
  });
});
