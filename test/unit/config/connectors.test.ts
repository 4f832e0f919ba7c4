import fc from 'fast-check';

import { nearestName } from '../../../src/config/problems/nearest-name';
import { findConnector } from '../../../src/config/settings/find-connector';
import { hashDefinition } from '../../../src/config/settings/hash-definition';
import {
  messagesOf,
  MINIMAL,
  parse,
  parseConnector,
  withConfiguration,
  withConnector,
} from '../../support/parse-configuration';

/** Says of each key that a hash covers something else than its default, and of some that none covers. */
const EVERY_KEY = `
elasticsearch: { host: 'https://elastic:hunter2@es:9200/path/', ca_fingerprint: '${'ab'.repeat(32)}' }
connectors:
  - connector_id: everything
    name: Everything
    index_name: search-everything
    configuration:
      host: db.example
      port: '5433'
      username: reader
      password: hunter2
      database: shop
      schema: [sales, public]
      tables: 'orders, sales.items*'
      ssl_mode: verify-full
      channel_binding: disable
      connect_timeout: 20
    sync_rules:
      basic:
        - { policy: exclude, field: status, rule: equals, value: 5, order: 2 }
        - { policy: include, field: name, rule: regex, value: '^a', order: 1, id: kibana }
    documents:
      field_names: plain
      json: object
      exclude_columns: [sales.items.secret]
      mapping: { sales.items.some_code: { type: keyword, ignore_above: 10 } }
      id_columns: { sales.some_view: [day, product_id] }
      row_security: filtered
      attachment: sales.items.file
    scheduling: { full: { enabled: true } }
    pipeline: { name: attach, reduce_whitespace: true }
    concurrency: 3
    max_delete_ratio: '0.25'
    max_rejected: 5
    max_row_bytes: 2000
`;

const ADVANCED = `
connectors:
  - connector_id: queries
    index_name: search-queries
    configuration: { host: /run/postgresql, username: reader, database: shop }
    sync_rules:
      advanced:
        - { tables: [a, b], query: select * from a join b using (id), id_columns: [id] }
        - { tables: [c], query: select * from c }
`;

describe('finding a connector', () => {
  const one = parse(MINIMAL).settings;
  const two = parse(`${MINIMAL}${MINIMAL.replace('\nconnectors:\n', '').replace(': shop', ': crm')}`).settings;

  test('needs no id when there is only one', () => {
    expect(findConnector(one).id).toBe('shop');
    expect(findConnector(two, 'crm').id).toBe('crm');
  });

  test('names the ones that there are', () => {
    expect(() => findConnector(two)).toThrow('which connector? The configuration defines shop, crm');
    expect(() => findConnector(one, 'shpo')).toThrow(
      "there is no connector 'shpo'; the configuration defines shop; did you mean 'shop'?",
    );
  });
});

describe("the hash of a connector's definition", () => {
  const hashOf = (text: string): string => {
    const { settings } = parse(text);
    return hashDefinition(findConnector(settings), settings.elasticsearch);
  };

  test('is short, and the same for the same definition', () => {
    expect(hashOf(MINIMAL)).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf(withConfiguration('port: "5432"', 'schema: public'))).toBe(hashOf(MINIMAL));
  });

  test('is the one that 0.1.0 gave it: a sync under way goes on after an upgrade', () => {
    // A sync under way finds its connector by it, also when the worker was upgraded meanwhile.
    expect(hashOf(MINIMAL)).toBe('87c1b84dc0f003d6');
    expect(hashOf(EVERY_KEY)).toBe('cc025054669a4da2');
    expect(hashOf(ADVANCED)).toBe('0d32677b773d3990');
  });

  test('is another one than that of 0.1.0, to which a name with placeholders is the name of one index', () => {
    const { settings } = parse(MINIMAL.replace('search-shop', 'shop-{table}'));
    const connector = findConnector(settings);
    const { indexNaming, ...before } = connector;
    expect(indexNaming).toBe('shop-{table}');
    const { elasticsearch } = settings;
    expect(hashDefinition(connector, elasticsearch)).not.toBe(hashDefinition(before, elasticsearch));
  });

  test.each(['password: other', 'connect_timeout: 20'])('does not change with %s', (line) => {
    expect(hashOf(withConfiguration(line))).toBe(hashOf(MINIMAL));
  });

  test('does not change with the schedule, the name, or the credentials of Elasticsearch', () => {
    expect(hashOf(withConnector('name: x', 'scheduling.full.enabled: true'))).toBe(hashOf(MINIMAL));
    expect(hashOf(`elasticsearch.api_key: x${MINIMAL}`)).toBe(hashOf(MINIMAL));
  });

  test.each(['tables: a', 'schema: b', 'port: 1', 'ssl_enabled: false'])('changes with %s', (line) => {
    expect(hashOf(withConfiguration(line))).not.toBe(hashOf(MINIMAL));
  });

  test.each(['documents.json: object', 'pipeline.name: p', 'max_row_bytes: 2000', 'documents.id_columns: { v: [a] }'])(
    'changes with %s',
    (line) => {
      expect(hashOf(withConnector(line))).not.toBe(hashOf(MINIMAL));
    },
  );

  test('changes with the address of Elasticsearch', () => {
    expect(hashOf(`elasticsearch.host: http://es${MINIMAL}`)).not.toBe(hashOf(MINIMAL));
  });

  test('does not depend on the order of keys', () => {
    const names = ['v', '1', '2', 'a.b', 'é'];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 5, maxLength: 5 }), (order) => {
        const idColumns = order.map((name) => `${JSON.stringify(name)}: [k]`).join(', ');
        return (
          hashOf(withConnector(`documents.id_columns: { ${idColumns} }`)) ===
          hashOf(
            withConnector(
              `documents.id_columns: { ${names.map((name) => `${JSON.stringify(name)}: [k]`).join(', ')} }`,
            ),
          )
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('the nearest name', () => {
  test.each([
    ['pasword', 'password'],
    ['PORT', 'port'],
    ['user', 'username'],
    ['zzzzzz', undefined],
  ])('of %s is %s', (name, expected) => {
    expect(nearestName(name, ['password', 'port', 'username'])).toBe(expected);
  });

  test('is none among none', () => {
    expect(nearestName('a', [])).toBeUndefined();
  });
});

describe('an index for each table', () => {
  const named = (name: string, ...more: readonly string[]) =>
    withConnector(...more).replace('index_name: search-shop', `index_name: '${name}'`);

  test('is what a placeholder in index_name asks for', () => {
    expect(parseConnector(named('shop-{schema}-{table}'))).toMatchObject({
      indexName: 'shop-{schema}-{table}',
      indexNaming: 'shop-{schema}-{table}',
      deadLetters: 'shop-rejected',
    });
    expect(parseConnector(named('shop'))).not.toHaveProperty('indexNaming');
  });

  test.each([
    ['shop-{tabel}', 'has no placeholder {tabel}: there are {table} and {schema}'],
    ['shop-{schema}', 'needs {table}: an index holds one table, or all'],
    ['Shop-{table}', 'must be lower case'],
  ])('is refused as %s', (name, message) => {
    expect(messagesOf(named(name))).toEqual({ 'connectors[0].index_name': message });
  });

  test('is refused with what needs one index', () => {
    const rule = `sync_rules: { advanced: [{ tables: [orders], query: 'select * from orders' }] }`;
    const messages = messagesOf(named('shop-{table}', rule, 'adopt: true', 'continuous: {}'));
    expect(Object.keys(messages)).toEqual([
      'connectors[0].sync_rules',
      'connectors[0].adopt',
      'connectors[0].continuous',
    ]);
  });
});
