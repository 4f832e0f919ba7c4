import { createHash } from 'node:crypto';

import type { ConnectorSettings } from '../../config/settings/settings';
import { indexPattern } from '../../sync/indices/index-naming';
import { CONFIGURATION_SCHEMA, type ConfigurationField } from '../protocol/configuration-schema';
import type { Fields } from '../protocol/connector-document';
import { DEFAULT_RULE } from '../protocol/to-entry';
import { toKibanaSchedule } from './to-kibana-schedule';

/** A connector of the file as its document in Elasticsearch says it, without any password. */
export interface Publication {
  readonly name: string;
  readonly index_name: string;
  readonly configuration: Readonly<Record<string, ConfigurationField>>;
  readonly rules: Fields;
  readonly scheduling: Fields;
  /** Null where the file names none. */
  readonly pipeline: Fields | null;
  /** Tells this publication from those of other contents of the file. */
  readonly hash: string;
}

/** What a file says of a connector, for people who look into Kibana. */
export function toPublication(settings: ConnectorSettings): Publication {
  const said = {
    name: settings.name,
    index_name: nameIndices(settings),
    configuration: toConfiguration(settings),
    rules: toRules(settings),
    scheduling: toScheduling(settings),
    pipeline: toPipeline(settings),
  };
  return { ...said, hash: createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16) };
}

/** Of a connector whose tables have their own indices the pattern of all of them, as people know it from Kibana. */
function nameIndices({ indexName, indexNaming }: ConnectorSettings): string {
  return indexNaming === undefined ? indexName : indexPattern(indexNaming);
}

/** The form, filled in; the fields that hold secrets stay empty, whatever the file says. */
function toConfiguration({ source, selection }: ConnectorSettings): Readonly<Record<string, ConfigurationField>> {
  const { host, port, username, database, tls, connectTimeoutMs, lockTimeoutMs } = source;
  const values: Readonly<Record<string, string | boolean>> = {
    ...{ host, port: String(port), username, database },
    schema: selection.schemas.join(', '),
    tables: selection.tables.join(', '),
    ssl_enabled: tls !== undefined,
    ssl_ca: tls?.ca ?? '',
    ssl_mode: tls === undefined || !isOffered(tls.mode) ? '' : tls.mode,
    connect_timeout: String(connectTimeoutMs / 1_000),
    lock_timeout: String(lockTimeoutMs / 1_000),
  };
  const fields = Object.entries(CONFIGURATION_SCHEMA).map(([key, field]) => {
    const value = field.sensitive ? '' : (values[key] ?? field.value);
    return [key, { ...field, value }] as const;
  });
  return Object.fromEntries(fields);
}

function isOffered(mode: string): boolean {
  return CONFIGURATION_SCHEMA['ssl_mode']?.options.some(({ value }) => value === mode) === true;
}

function toRules({ rules: { basic, advanced } }: ConnectorSettings): Fields {
  const rules = basic.map((rule, order) => ({ ...rule, id: `pgferry-${order + 1}`, order }));
  const last = { id: DEFAULT_RULE, policy: 'include', field: '_', rule: 'regex', value: '.*', order: basic.length };
  const value = advanced.map(({ tables, query, idColumns: id_columns }) => {
    return { tables, query, ...(id_columns === undefined ? {} : { id_columns }) };
  });
  return {
    rules: [...rules, last],
    advanced_snippet: { value: value.length === 0 ? {} : value },
    validation: { state: 'valid', errors: [] },
  };
}

function toScheduling({ scheduling: { full, incremental } }: ConnectorSettings): Fields {
  const none = toKibanaSchedule({ enabled: false, interval: '' });
  return { full: toKibanaSchedule(full), incremental: toKibanaSchedule(incremental), access_control: none };
}

/** Documents of the file's connectors carry no flags. */
function toPipeline({ pipeline: name }: ConnectorSettings): Fields | null {
  if (name === undefined) return null;
  return { name, extract_binary_content: false, reduce_whitespace: false, run_ml_inference: false };
}
