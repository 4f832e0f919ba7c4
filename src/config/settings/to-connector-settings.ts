import type { BasicRule } from '../../sync/basic-rule';
import type { ConnectorEntry } from '../schema/configuration-file';
import type { ConnectorSettings, SourceSettings, SourceTls } from './settings';
import { withoutAbsent } from './without-absent';

/** A validated entry of `connectors:` as settings. */
export function toConnectorSettings(entry: ConnectorEntry): ConnectorSettings {
  const { configuration, documents, sync_rules, scheduling, pipeline } = entry;
  return withoutAbsent({
    id: entry.connector_id,
    name: entry.name ?? entry.connector_id,
    indexName: entry.index_name,
    source: toSourceSettings(configuration),
    selection: { schemas: configuration.schema, tables: configuration.tables },
    documents: withoutAbsent({
      fieldNames: documents.field_names,
      json: documents.json,
      excludeColumns: documents.exclude_columns,
      mapping: documents.mapping,
      idColumns: documents.id_columns,
      rowSecurity: documents.row_security,
      attachment: documents.attachment,
    }),
    rules: {
      basic: toBasicRules(sync_rules.basic),
      advanced: sync_rules.advanced.map(({ tables, query, id_columns }) =>
        withoutAbsent({ tables, query, idColumns: id_columns }),
      ),
    },
    scheduling: { full: scheduling.full, incremental: scheduling.incremental, timezone: scheduling.timezone },
    pipeline: pipeline?.name,
    limits: {
      concurrency: entry.concurrency,
      maxDeleteRatio: entry.max_delete_ratio,
      maxRejected: entry.max_rejected,
      maxRowBytes: entry.max_row_bytes,
    },
  });
}

function toSourceSettings(configuration: ConnectorEntry['configuration']): SourceSettings {
  const { host, port, username, password, database, connect_timeout } = configuration;
  return withoutAbsent({
    host,
    port,
    username,
    password,
    database,
    tls: toSourceTls(configuration),
    connectTimeoutMs: connect_timeout * 1000,
  });
}

function toSourceTls(configuration: ConnectorEntry['configuration']): SourceTls | undefined {
  const {
    host,
    ssl_enabled = true,
    ssl_mode,
    ssl_ca,
    ssl_cert,
    ssl_key,
    ssl_key_passphrase,
    channel_binding,
  } = configuration;
  const mode = ssl_mode ?? (ssl_ca === undefined ? 'require' : 'verify-full');
  // As in libpq: what goes through a socket in the file system stays on the machine, and PostgreSQL encrypts none of it.
  if (!ssl_enabled || mode === 'disable' || host.startsWith('/')) return undefined;
  return withoutAbsent({
    mode,
    ca: ssl_ca,
    cert: ssl_cert,
    key: ssl_key,
    passphrase: ssl_key_passphrase,
    channelBinding: channel_binding === 'disable' ? channel_binding : undefined,
  });
}

function toBasicRules(rules: ConnectorEntry['sync_rules']['basic']): BasicRule[] {
  return rules
    .map((rule, index) => ({ rule, order: rule.order ?? index }))
    .sort((a, b) => a.order - b.order)
    .map(({ rule: { policy, field, rule, value } }) => ({ policy, field, rule, value }));
}
