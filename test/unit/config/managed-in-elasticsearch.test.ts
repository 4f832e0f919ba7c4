import type { ServedSettings } from '../../../src/config/settings/settings';
import { messagesOf, MINIMAL, parse } from '../../support/parse-configuration';

function servedOf(text: string): ServedSettings {
  const { served } = parse(text).settings;
  if (served === undefined) throw new Error('nothing is served');
  return served;
}

describe("Elastic's config.yml", () => {
  const TYPICAL = `
connectors:
  - connector_id: Xq4_-vYBn1bXZkTWL0yP
    service_type: postgresql
    api_key: c2VjcmV0
elasticsearch.host: https://es.example:9200
elasticsearch.api_key: a2V5
service.idling: 30
service.heartbeat: 120
service.log_level: INFO
`;

  test('is a pgferry.yml: its connectors are served, with the key of each for its index', () => {
    const { settings, secrets, notes } = parse(TYPICAL);
    expect(settings.connectors).toEqual([]);
    expect(settings.served).toMatchObject({
      all: false,
      heartbeatMs: 120_000,
      entries: [{ id: 'Xq4_-vYBn1bXZkTWL0yP', apiKey: 'c2VjcmV0' }],
    });
    expect(secrets).toEqual(['a2V5', 'c2VjcmV0']);
    expect(notes.map(({ path }) => path)).toEqual(['service.idling', 'service.log_level']);
  });

  test.each([
    'connector_id: old\nservice_type: postgresql',
    'connector_id: old',
    'connectors: [{ connector_id: old }]',
  ])('may name a connector by: %s', (text) => {
    expect(servedOf(text).entries.map(({ id }) => id)).toEqual(['old']);
  });

  test.each([
    'connectors: "*"',
    'service.worker_mode: true',
    'service: { worker_mode: true, service_types: [postgresql, mysql] }',
    'native_service_types: [postgresql]',
  ])('serves every connector of PostgreSQL by: %s', (text) => {
    expect(servedOf(text)).toMatchObject({ all: true, entries: [] });
  });

  test.each([
    ['service: { worker_mode: true, service_types: [mysql] }', 'service.service_types', 'must hold postgresql'],
    ['connectors: [{ connector_id: a, service_type: mysql }]', 'connectors[0].service_type', 'must be postgresql'],
    ['connector_id: "what? ever"', 'connectors[0].connector_id', 'must be letters'],
    ['connectors: []', 'connectors', 'must define at least one connector'],
    ['service_type: postgresql', 'service_type', "belongs under an entry of 'connectors'"],
  ])('is refused where it says %s', (text, path, message) => {
    expect(messagesOf(text)[path]).toContain(message);
  });
});

describe('an entry without a configuration', () => {
  test('stands beside those that the file defines, and adds what only pgferry has', () => {
    const { settings, notes } = parse(`${MINIMAL}
  - connector_id: served
    name: ignored
    documents: { field_names: plain }
    max_rejected: 7
connector_defaults: { concurrency: 5 }
`);
    expect(settings.connectors.map(({ id }) => id)).toEqual(['shop']);
    const [entry] = settings.served?.entries ?? [];
    expect(entry).toMatchObject({ id: 'served', documents: { fieldNames: 'plain' } });
    expect(entry?.limits).toMatchObject({ maxRejected: 7, concurrency: 2 });
    expect(settings.served?.defaults.limits.concurrency).toBe(5);
    expect(notes.map(({ path }) => path)).toEqual(['connectors[1].name']);
  });

  test('has no index of its own: one of the two can only have been forgotten', () => {
    expect(messagesOf('connectors: [{ connector_id: a, index_name: b }]')).toEqual({
      'connectors[0].configuration': 'is required',
    });
  });
});
