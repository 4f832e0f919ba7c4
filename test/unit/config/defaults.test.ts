import { exampleConfiguration } from '../../../src/config/example-configuration';
import { MINIMAL, parse, parseConnector, withConnector } from '../../support/parse-configuration';

describe('a minimal configuration', () => {
  test('has every default of the reference', () => {
    const { settings, notes } = parse(MINIMAL);
    expect(notes).toEqual([]);
    expect(settings).toEqual({
      elasticsearch: { host: 'http://localhost:9200', verifyCerts: true, requestTimeoutMs: 240_000 },
      temporal: { address: 'localhost:7233', namespace: 'default', taskQueue: 'pgferry', heartbeatMs: 3_000 },
      monitoring: { hosts: [], control: false },
      codecServer: { address: { host: '127.0.0.1', port: 8081 }, uiOrigins: ['http://localhost:8233'] },
      connectors: [
        {
          id: 'shop',
          name: 'shop',
          indexName: 'search-shop',
          source: {
            host: 'db.example',
            port: 5432,
            username: 'reader',
            password: '',
            database: 'shop',
            tls: { mode: 'require' },
            connectTimeoutMs: 10_000,
            lockTimeoutMs: 120_000,
          },
          selection: { schemas: ['public'], tables: ['*'] },
          documents: {
            fieldNames: 'prefixed',
            json: 'flattened',
            excludeColumns: [],
            mapping: {},
            idColumns: {},
            rowSecurity: 'refused',
          },
          rules: { basic: [], advanced: [] },
          scheduling: {
            full: { enabled: false, interval: '0 0 0 * * ?' },
            incremental: { enabled: false, interval: '0 */5 * * * ?' },
            timezone: 'UTC',
          },
          limits: { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000, maxRowBytes: 52_428_800 },
        },
      ],
    });
  });

  test('takes a key without a value, and empty text, for a key that is not there', () => {
    const empty = withConnector('pipeline:', 'documents:', 'name: ""');
    expect(parse(empty).settings).toEqual(parse(MINIMAL).settings);
  });
});

describe('the example that pgferry init writes', () => {
  test('is a configuration that works without any variable set', () => {
    const { settings, notes } = parse(exampleConfiguration());
    expect(notes).toEqual([]);
    expect(settings.elasticsearch.host).toBe('http://localhost:9200');
    expect(settings.connectors.map(({ id }) => id)).toEqual(['shop']);
  });

  test('still works with every commented key switched on', () => {
    const uncommented = exampleConfiguration()
      .replaceAll(/^( *)# (?=( *)([a-z_]+:|- tables))/gm, '$1')
      .replace(/^ *(api_key|username: elastic|password: \$\{ES_PASSWORD\}|ca_file|ssl_ca_file).*\n/gm, '');
    const connector = parseConnector(uncommented);
    expect(connector.pipeline).toBe('my-pipeline');
    expect(connector.rules.advanced).toHaveLength(1);
    expect(connector.documents.excludeColumns).toEqual(['public.customer.password_hash']);
  });

  test('tells editors where the schema is', () => {
    expect(exampleConfiguration('x.json').split('\n')[0]).toBe('# yaml-language-server: $schema=x.json');
  });
});
