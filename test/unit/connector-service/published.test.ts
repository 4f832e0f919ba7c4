import {
  type Fields,
  readConnector,
  toPublicationMark,
} from '../../../src/connector-service/protocol/connector-document';
import { FEATURES } from '../../../src/connector-service/protocol/find-repairs';
import { findPublishedChanges, toFiltering } from '../../../src/connector-service/published/find-published-changes';
import { toKibanaSchedule } from '../../../src/connector-service/published/to-kibana-schedule';
import { toPublication } from '../../../src/connector-service/published/to-publication';
import { parseConnector, withConnector } from '../../support/parse-configuration';

const NOW = '2026-08-20T10:00:00.000Z';
const LINES = [
  'name: Shop',
  'pipeline: {name: shop-pipeline}',
  'scheduling: {full: {enabled: true, interval: "0 0 3 * * ?"}}',
  'sync_rules: {basic: [{policy: exclude, field: a, rule: equals, value: 1}]}',
];
const publication = toPublication(parseConnector(withConnector(...LINES)));

/** The document as it is published, with what somebody or the file has changed since. */
function changesOf(changes: Fields = {}) {
  const { hash, rules, ...said } = publication;
  const filtering = toFiltering({ hash, rules, ...said }, NOW);
  const source = {
    ...said,
    filtering,
    features: FEATURES,
    status: 'connected',
    ...toPublicationMark(hash),
    ...changes,
  };
  return findPublishedChanges(readConnector({ id: 'shop', seqNo: 1, primaryTerm: 1, source }), publication, NOW);
}

describe('what a connector of the file says in Kibana', () => {
  test('is left as it is where it is the same, also when numbers come back as numbers', () => {
    expect(changesOf()).toBeUndefined();
    const port = { ...publication.configuration['port'], value: 5432 };
    expect(changesOf({ configuration: { ...publication.configuration, port } })).toBeUndefined();
  });

  test('names all indices of one whose tables have their own', () => {
    const given = parseConnector(`
connectors:
  - connector_id: shop
    index_name: shop-{schema}-{table}
    configuration: {host: db, username: reader, database: shop}
`);
    expect(toPublication(given).index_name).toBe('shop-*-*');
  });

  test('holds no secret', () => {
    const given = parseConnector(`
connectors:
  - connector_id: shop
    index_name: search-shop
    api_key: hunter2a
    configuration: {host: db, username: reader, database: shop, password: hunter2b}
`);
    expect(JSON.stringify(toPublication(given))).not.toContain('hunter2');
  });

  test('is put back where somebody has changed it, each part by its name', () => {
    const host = { ...publication.configuration['host'], value: 'elsewhere' };
    const changed = {
      configuration: { ...publication.configuration, host },
      index_name: 'another',
      name: 'Another',
      pipeline: { name: 'another' },
      scheduling: { full: { enabled: false, interval: '0 0 3 * * ?' } },
      filtering: [],
    };
    const { changes, meddled } = changesOf(changed) ?? {};
    expect(meddled).toEqual(["'Host'", 'sync rules', 'schedule', 'index', 'name', 'pipeline']);
    expect(changes).toMatchObject({
      configuration: { host: { value: 'db.example' } },
      index_name: 'search-shop',
      name: 'Shop',
      pipeline: { name: 'shop-pipeline' },
      scheduling: publication.scheduling,
    });
    expect(JSON.stringify(changes?.['filtering'])).toContain('pgferry-1');
  });

  test('a draft that waits is put back as well', () => {
    const [rules] = toFiltering(publication, NOW);
    const draft = { ...(rules?.['draft'] as Fields), validation: { state: 'edited', errors: [] } };
    expect(changesOf({ filtering: [{ ...rules, draft }] })?.meddled).toEqual(['sync rules']);
  });

  test('is no reproach where the file itself has changed', () => {
    const before = { name: 'Old name', ...toPublicationMark('another') };
    expect(changesOf(before)).toEqual({
      changes: { name: 'Shop', ...toPublicationMark(publication.hash) },
      meddled: [],
    });
  });
});

test('schedules are shown where Elasticsearch can read them, and else as off', () => {
  const shown = (interval: string) => toKibanaSchedule({ enabled: true, interval });
  expect(shown('0 0 3 * * ?')).toEqual({ enabled: true, interval: '0 0 3 * * ?' });
  expect(shown('*/5 * * * *')).toEqual({ enabled: true, interval: '0 */5 * * * ?' });
  for (const interval of ['@every 5m', '0 3 * * 1', '0 0 3 * * *'])
    expect(shown(interval)).toMatchObject({ enabled: false });
});
