import fc from 'fast-check';
import { stringify } from 'yaml';

import { collectSecrets } from '../../../src/config/collect-secrets';
import { ConfigurationError } from '../../../src/config/problems/configuration-error';
import { generateJsonSchema, type JsonSchema } from '../../../src/config/schema/generate-json-schema';
import { messagesOf, MINIMAL, parse, withConfiguration } from '../../support/parse-configuration';

const SECRET = 'sëcret/1+2';

const WITH_SECRETS = `elasticsearch: { host: 'https://elastic:${encodeURIComponent(SECRET)}@es:9200/' }
temporal: { api_key: '${SECRET}' }${withConfiguration(`password: '${SECRET}'`)}`;

interface Key {
  readonly key: string;
  readonly path: readonly (string | 0)[];
  readonly schema: JsonSchema;
}

/** Every key that a file may have; in lists, of their first item. */
function listKeys(schema: JsonSchema = generateJsonSchema(), path: Key['path'] = []): Key[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => listKeys(child, [...path, key]));
  const items = schema.items === undefined ? [] : listKeys(schema.items, [...path, 0]);
  const branches = (schema.anyOf ?? []).flatMap((branch) => listKeys(branch, path));
  const found = [...below, ...items, ...branches];
  return found.length > 0 ? found : [{ key: path.join('.'), path, schema }];
}

describe('secrets', () => {
  test('are told apart from all else, those in the address of Elasticsearch as well; empty ones are none', () => {
    expect(parse(WITH_SECRETS).secrets).toEqual([SECRET, SECRET, SECRET]);
    expect(parse(MINIMAL).secrets).toEqual([]);
  });

  const secretKeys = listKeys().filter(({ schema }) => schema.writeOnly === true);

  test.each(secretKeys)('are collected where the schema says so: $key', ({ path }) => {
    const tree = path.reduceRight<unknown>((below, part) => (part === 0 ? [below] : { [part]: below }), SECRET);
    expect(collectSecrets(tree)).toEqual([SECRET]);
  });

  test('are all keys that bear the name of one', () => {
    const named = listKeys().filter(
      ({ key, schema }) => /(?:password|passphrase|token|key)$/u.test(key) && schema.deprecated !== true,
    );
    expect(named.map(({ key }) => key)).toEqual(secretKeys.map(({ key }) => key));
    expect(secretKeys).toHaveLength(17);
  });

  test.each(['short', 'a'.repeat(44), `${'a'.repeat(42)}==`])('of encryption must be 32 bytes, not %s', (key) => {
    expect(messagesOf(`temporal: { encryption: { key: '${key}' } }${MINIMAL}`)).toEqual({
      'temporal.encryption.key': expect.stringContaining('openssl rand -base64 32') as string,
    });
  });

  test('leave the address of Elasticsearch for a field of their own', () => {
    expect(parse(WITH_SECRETS).settings.elasticsearch).toMatchObject({
      host: 'https://es:9200',
      username: 'elastic',
      password: SECRET,
    });
  });

  test('stay out of messages when a comma cuts them in two', () => {
    const text = MINIMAL.replace('database: shop', 'database: shop\n    scheduling: { api_key: hunter,zwei }');
    expect(JSON.stringify(messagesOf(text))).not.toContain('zwei');
  });

  test('never appear in a message, whatever else is wrong', () => {
    const marked = fc
      .tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
      .map(([before, after]) => `${before}SeCrEt42${after}`);
    fc.assert(
      fc.property(secretKey, marked, fc.boolean(), fc.boolean(), (path, secret, asYaml, broken) => {
        const value = asYaml ? stringify(secret).trimEnd() : secret;
        const text = `${placeSecret(path, value)}${broken ? '\nconnectors: 5\nzz: 1' : ''}`;
        expect(messageOf(text)).not.toMatch(/SeCrEt42/);
      }),
      { numRuns: 300 },
    );
  });

  test('nothing but a ConfigurationError is thrown for any text', () => {
    const fragment = fc.constantFrom(
      ...['connectors', 'elasticsearch', 'configuration', 'documents', 'mapping', 'tables', 'ssl_ca', 'sync_rules'],
      ...['advanced', ':', ': ', '.', '- ', '\n', '\n  ', '[', ']', '{', '}', ',', '&a', '*a', '<<', '!t', '? ', '|'],
      ...['"', "'", '#', '${', '}', '$${A}', '${A:-b}', 'null', '1', 'true', '__proto__', 'constructor', '_file', '%'],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
      fc.array(fragment, { maxLength: 12 }).map((parts) => `${MINIMAL}      ${parts.join('')}`),
    );
    fc.assert(
      fc.property(text, (input) => {
        messageOf(input);
      }),
      { numRuns: 1_500 },
    );
  });

  test('nothing but a ConfigurationError is thrown for any tree', () => {
    const key = fc.constantFrom(
      ...['connectors', 'elasticsearch', 'temporal', 'tls', 'configuration', 'documents', 'mapping', 'id_columns'],
      ...['sync_rules', 'advanced', 'basic', 'advanced_snippet', 'value', 'ssl_cert', 'password_file', 'host', 'port'],
      ...['connector_id', 'a.b', '__proto__', 'constructor', 'toString', 'documents.mapping.a.b.c', 'host.x', ''],
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>(null, 'x', '', 0, -1.5, true, '${X', '${X}', '[{}]', '{"value": 5}', [], {}),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree), (value) => {
        messageOf(JSON.stringify(value));
      }),
      { numRuns: 1_000 },
    );
  });
});

const secretKey = fc.constantFrom(
  'elasticsearch.password',
  'elasticsearch.api_key',
  'elasticsearch.host',
  'elasticsearch.ca',
  'elasticsearch.client_key',
  'elasticsearch.password_file',
  'temporal.api_key',
  'temporal.address',
  'temporal.encryption.key',
  'temporal.encryption.second_key',
  'codec_server.token',
  'configuration.password',
  'configuration.host',
  'configuration.ssl_key',
  'configuration.ssl_ca',
  'configuration.port',
  'configuration.ssl_enabled',
  'configuration.ssl_key_passphrase',
);

function placeSecret(path: string, value: string): string {
  return path.startsWith('configuration.')
    ? withConfiguration(`${path.slice('configuration.'.length)}: ${value}`)
    : `${path}: ${value}${MINIMAL}`;
}

function messageOf(text: string): string {
  try {
    parse(text);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return `${error.message}${JSON.stringify(error.problems)}`;
  }
}
