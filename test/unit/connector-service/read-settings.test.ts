import type { ConnectorSettings, ServedSettings } from '../../../src/config/settings/settings';
import { CONFIGURATION_SCHEMA } from '../../../src/connector-service/protocol/configuration-schema';
import { type Fields, readConnector } from '../../../src/connector-service/protocol/connector-document';
import { describeProblem, readSnapshot, secretsOf } from '../../../src/connector-service/protocol/read-settings';
import { snapshotOfConnector, snapshotOfJob } from '../../../src/connector-service/protocol/to-entry';
import { parse } from '../../support/parse-configuration';

const SERVED = servedBy(`connectors:
  - connector_id: shop
    max_rejected: 7
    documents: { field_names: plain }
    index: { settings: { refresh_interval: 30s } }`);

function servedBy(text: string): ServedSettings {
  const { served } = parse(text).settings;
  if (served === undefined) throw new Error('nothing is served');
  return served;
}

const TYPED = { host: 'db', port: '5433', username: 'reader', password: 'hunter2', database: 'shop', schema: 'public' };

/** The form, with what somebody typed into it. */
function form(values: Fields): Fields {
  return Object.fromEntries(
    Object.entries(CONFIGURATION_SCHEMA).map(([key, field]) => [
      key,
      key in values ? { ...field, value: values[key] } : field,
    ]),
  );
}

function connectorOf(values: Fields, others: Fields = {}) {
  const source = { index_name: 'search-shop', service_type: 'postgresql', configuration: form(values), ...others };
  return snapshotOfConnector(readConnector({ id: 'shop', seqNo: 1, primaryTerm: 1, source }));
}

function settingsOf(values: Fields = TYPED, others: Fields = {}): ConnectorSettings {
  const read = readSnapshot(connectorOf(values, others), SERVED);
  if (!('settings' in read)) throw new Error(JSON.stringify(read.problems));
  return read.settings;
}

function problemsOf(values: Fields, others: Fields = {}): string[] {
  const read = readSnapshot(connectorOf(values, others), SERVED);
  return 'problems' in read ? read.problems.map(describeProblem) : [];
}

describe("a connector's settings in Elasticsearch", () => {
  test('are those of the form; what only pgferry has is from the file', () => {
    expect(settingsOf()).toMatchObject({
      id: 'shop',
      indexName: 'search-shop',
      source: { host: 'db', port: 5433, username: 'reader', password: 'hunter2', database: 'shop' },
      selection: { schemas: ['public'], tables: ['*'] },
      documents: { fieldNames: 'plain' },
      indexContent: { settings: { refresh_interval: '30s' } },
      limits: { maxRejected: 7 },
      deadLetters: '.elastic-connectors-pgferry-rejected',
    });
    expect(settingsOf().source.tls).toBeUndefined();
  });

  test.each([
    [{ tables: 'orders, customers' }, { selection: { tables: ['orders', 'customers'] } }],
    [{ ssl_enabled: true }, { source: { tls: { mode: 'require' } } }],
    [{ ssl_enabled: 'true', ssl_mode: 'require' }, { source: { tls: { mode: 'require' } } }],
    [{ ssl_enabled: false, ssl_mode: 'verify-full', ssl_ca: 'left over' }, { source: { host: 'db' } }],
    [{ connect_timeout: '', lock_timeout: '7' }, { source: { connectTimeoutMs: 10_000, lockTimeoutMs: 7_000 } }],
  ])('are read as the form gives them: %j', (values, expected) => {
    expect(settingsOf({ ...TYPED, ...values })).toMatchObject(expected);
  });

  test('have the rules that are in force, the schedules that are on, and a pipeline that does something', () => {
    const rules = {
      rules: [
        { id: 'a', policy: 'exclude', field: 'age', rule: '>', value: '30', order: 0, created_at: 'x' },
        { id: 'DEFAULT', policy: 'include', field: '_', rule: 'regex', value: '.*', order: 1 },
      ],
      advanced_snippet: { value: {} },
    };
    const settings = settingsOf(TYPED, {
      filtering: [{ domain: 'DEFAULT', active: rules, draft: {} }],
      scheduling: {
        full: { enabled: true, interval: '0 0 3 * * ?' },
        incremental: { enabled: false, interval: 'bad' },
      },
      pipeline: { name: 'search-default-ingestion', run_ml_inference: true },
    });
    expect(settings.rules.basic).toEqual([{ policy: 'exclude', field: 'age', rule: '>', value: '30' }]);
    expect(settings.scheduling).toMatchObject({ full: { enabled: true, interval: '0 0 3 * * ?' } });
    expect(settings.scheduling.incremental.enabled).toBe(false);
    expect(settings.pipeline).toBeUndefined();
    const own = { name: 'search-shop', extract_binary_content: false, reduce_whitespace: true, run_ml_inference: true };
    expect(settingsOf(TYPED, { pipeline: own })).toMatchObject({
      pipeline: 'search-shop',
      pipelineFlags: ['_reduce_whitespace', '_run_ml_inference'],
    });
  });

  test('of a job are those of its own snapshot, whichever form its rules have', () => {
    const active = { rules: [], advanced_snippet: { value: [{ tables: ['a'], query: 'select 1' }] } };
    for (const filtering of [active, [{ active }]]) {
      const snapshot = snapshotOfJob('shop', { index_name: 'old', configuration: form(TYPED), filtering });
      const read = readSnapshot(snapshot, SERVED);
      expect(read).toMatchObject({ settings: { indexName: 'old', rules: { advanced: [{ query: 'select 1' }] } } });
    }
  });

  test('that are wrong are told in the words of the form, without a value', () => {
    expect(problemsOf({ ...TYPED, host: '', database: null })).toEqual([
      "'Host' cannot be empty.",
      "'Database' cannot be empty.",
    ]);
    expect(problemsOf({ ...TYPED, port: 'hunter3' })).toEqual(["'Port' must be a whole number from 1 to 65535."]);
    expect(problemsOf(TYPED, { index_name: null })).toEqual(['The index name is not set: attach an index.']);
    const broken = { full: { enabled: true, interval: 'every now and then' } };
    expect(problemsOf(TYPED, { scheduling: broken })[0]).toMatch(/^The schedule of full syncs /);
  });

  test.each([
    {},
    { configuration: [], filtering: 'x', scheduling: null, pipeline: 7 },
    { configuration: { host: 'db' }, filtering: [null], scheduling: { full: 'daily' } },
    { configuration: { host: { value: ['db'] } }, filtering: [{ active: { rules: [7, null] } }] },
  ])('of unknown shape are wrong, and break nothing: %j', (source) => {
    const connector = readConnector({ id: 'shop', seqNo: 1, primaryTerm: 1, source });
    expect(readSnapshot(snapshotOfConnector(connector), SERVED)).toHaveProperty('problems');
  });

  test('hold secrets, which are known as such, also where others took the mark off', () => {
    expect(secretsOf({ configuration: form(TYPED) })).toEqual(['hunter2']);
    expect(secretsOf({ configuration: { password: { label: 'Password', value: 'hunter2' } } })).toEqual(['hunter2']);
  });
});
