import { CONFIGURATION_SCHEMA } from '../../../src/connector-service/protocol/configuration-schema';
import { type Fields, readConnector } from '../../../src/connector-service/protocol/connector-document';
import { FEATURES, findRepairs } from '../../../src/connector-service/protocol/find-repairs';

function repairsOf(source: Fields): Fields | undefined {
  return findRepairs(readConnector({ id: 'shop', seqNo: 1, primaryTerm: 1, source }));
}

const WHOLE = {
  configuration: CONFIGURATION_SCHEMA,
  features: FEATURES,
  service_type: 'postgresql',
  status: 'connected',
};

describe("what a connector's document lacks", () => {
  test('is everything at the first contact', () => {
    expect(repairsOf({ status: 'created', configuration: {} })).toEqual({
      configuration: CONFIGURATION_SCHEMA,
      features: FEATURES,
      service_type: 'postgresql',
      status: 'needs_configuration',
    });
  });

  test('is nothing when all is there, also where Elasticsearch left out what is null or empty', () => {
    expect(repairsOf(WHOLE)).toBeUndefined();
    const sparse = Object.entries(CONFIGURATION_SCHEMA).map(([key, field]) => {
      const kept = Object.entries(field).filter(
        ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
      );
      return [key, Object.fromEntries(kept)];
    });
    expect(repairsOf({ ...WHOLE, configuration: Object.fromEntries(sparse) as Fields })).toBeUndefined();
  });

  test('are fields that are new, never a value that somebody typed, nor fields of others', () => {
    const { host } = CONFIGURATION_SCHEMA;
    const typed = { host: { ...host, label: 'Old label', value: 'db' }, theirs: { label: 'x' } };
    const configuration = { ...CONFIGURATION_SCHEMA, ...typed, lock_timeout: undefined };
    expect(repairsOf({ ...WHOLE, configuration })).toEqual({
      configuration: { host: { label: 'Host' }, lock_timeout: CONFIGURATION_SCHEMA['lock_timeout'] },
    });
  });

  test('are features that others have overwritten', () => {
    expect(repairsOf({ ...WHOLE, features: { ...FEATURES, incremental_sync: { enabled: false } } })).toEqual({
      features: FEATURES,
    });
  });
});
