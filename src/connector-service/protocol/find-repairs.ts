import { isRecord } from '../../sync/json-value';
import { CONFIGURATION_SCHEMA } from './configuration-schema';
import { type ConnectorDocument, type Fields, readFields } from './connector-document';
import { isFilled } from './job-document';

/** What pgferry can do of that which Kibana offers for connectors. */
export const FEATURES = {
  sync_rules: { basic: { enabled: true }, advanced: { enabled: true } },
  document_level_security: { enabled: false },
  incremental_sync: { enabled: true },
  native_connector_api_keys: { enabled: false },
} as const;

/**
 * Finds what a connector's document lacks: at the first contact everything, later what is new or what others have overwritten.
 * A value that somebody typed is never among it.
 * @returns undefined where nothing is missing
 */
export function findRepairs(connector: ConnectorDocument): Fields | undefined {
  const { configuration, serviceType } = connector;
  const isNew = !isFilled(configuration);
  const changes: Fields = {
    ...(isNew
      ? { configuration: CONFIGURATION_SCHEMA, status: 'needs_configuration' }
      : wrap('configuration', findMissingFields(configuration))),
    ...findMissingFeatures(connector),
    ...(serviceType === undefined ? { service_type: 'postgresql' } : {}),
  };
  return isFilled(changes) ? changes : undefined;
}

function wrap(key: string, fields: Fields): Fields {
  return isFilled(fields) ? { [key]: fields } : {};
}

/** The features, where one of them is missing or says something else. */
export function findMissingFeatures({ features }: ConnectorDocument): Fields {
  return holds(features, FEATURES) ? {} : { features: FEATURES };
}

/** Whole fields that are missing, and properties of others that are missing or have another text now. */
export function findMissingFields(configuration: Fields): Fields {
  const entries = Object.entries(CONFIGURATION_SCHEMA).flatMap(([key, wanted]) => {
    const present = configuration[key];
    if (!isRecord(present)) return [[key, wanted] as const];
    const { value, ...properties } = wanted;
    const differing = Object.entries(properties).filter(([name, property]) => !isSame(present[name], property));
    const missing = { ...Object.fromEntries(differing), ...('value' in present ? {} : { value }) };
    return isFilled(missing) ? [[key, missing] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** Elasticsearch leaves out what is null or empty. */
function isSame(present: unknown, wanted: unknown): boolean {
  const isNothing = (value: unknown) => value == null || (Array.isArray(value) && value.length === 0);
  return (isNothing(present) && isNothing(wanted)) || JSON.stringify(present) === JSON.stringify(wanted);
}

function holds(present: Fields, wanted: Fields): boolean {
  return Object.entries(wanted).every(([key, value]) =>
    isRecord(value) ? holds(readFields(present[key]), value) : present[key] === value,
  );
}
