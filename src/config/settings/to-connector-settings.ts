import { isIndexNaming, nameDeadLetters } from '../../sync/indices/index-naming';
import type { ConfigurationFile, ConnectorEntry, ServedEntry } from '../schema/configuration-file';
import { LIMITS } from '../schema/connector-section';
import { camelKeys } from './camel-keys';
import { toTrees } from './to-trees';

/**
 * A validated entry of `connectors:` as settings.
 * @param isServed - whether it was read from Elasticsearch, which manages it
 */
export function toConnectorSettings(entry: ConnectorEntry, isServed?: true) {
  const { connector_id: id, name = id, index_name: indexName, configuration, sync_rules, pipeline } = entry;
  return camelKeys({
    id,
    name,
    indexName,
    ...(isServed === true ? {} : toIndexPerTable(id, indexName)),
    source: toSourceSettings(configuration),
    selection: toTableSelection(configuration),
    rules: { basic: toBasicRules(sync_rules.basic), advanced: sync_rules.advanced.map((rule) => camelKeys(rule)) },
    scheduling: camelKeys(entry.scheduling),
    pipeline: pipeline?.name,
    ...toAdditions(entry),
    continuous: entry.continuous === undefined ? undefined : camelKeys(entry.continuous),
    apiKey: entry.api_key,
    isServed,
  });
}

/** Nothing where all tables share an index. */
function toIndexPerTable(connectorId: string, indexName: string) {
  if (!isIndexNaming(indexName)) return {};
  return { indexNaming: indexName, deadLetters: nameDeadLetters(indexName, connectorId) };
}

/** What a file adds to a connector that is managed in Elasticsearch: how rows become documents, the index, and the limits. */
export function toAdditions(entry: ServedEntry | ConfigurationFile['connector_defaults']) {
  const { settings, mapping } = entry.index;
  const isGiven = Object.keys({ ...settings, ...mapping }).length > 0;
  return {
    documents: camelKeys({ ...entry.documents, nested: toTrees(entry.documents.nested) }),
    /** Absent where the file says nothing of it. */
    ...(isGiven ? { indexContent: { settings, mapping } } : {}),
    /** Absent where it does not. */
    ...('adopt' in entry && entry.adopt ? { adopts: true as const } : {}),
    limits: camelKeys(pick(entry, LIMITS)),
  };
}

function toSourceSettings(configuration: ConnectorEntry['configuration']) {
  const { host, port, username, password, password_file, database, connect_timeout, lock_timeout } = configuration;
  return camelKeys({
    host,
    port,
    username,
    password,
    passwordFile: password_file,
    database,
    tls: toSourceTls(configuration),
    connectTimeoutMs: connect_timeout * 1000,
    lockTimeoutMs: lock_timeout * 1000,
  });
}

/** Absent: no TLS. */
function toSourceTls(configuration: ConnectorEntry['configuration']) {
  const { host, ssl_enabled, ssl_mode, ssl_ca, ssl_cert, ssl_key, ssl_key_passphrase, channel_binding } = configuration;
  const mode = ssl_mode ?? (ssl_ca === undefined ? 'require' : 'verify-full');
  // As in libpq: what goes through a socket in the file system stays on the machine, and PostgreSQL encrypts none of it.
  if (ssl_enabled === false || mode === 'disable' || host.startsWith('/')) return undefined;
  return camelKeys({
    mode,
    ca: ssl_ca,
    cert: ssl_cert,
    key: ssl_key,
    passphrase: ssl_key_passphrase,
    channelBinding: channel_binding === 'disable' ? channel_binding : undefined,
  });
}

/** Tables are names, or patterns with `*`, as given; `['*']` means every table that can be synced. */
function toTableSelection({ schema: schemas, tables }: ConnectorEntry['configuration']) {
  return camelKeys({ schemas, tables });
}

/** In the order in which they are tried. */
function toBasicRules(rules: ConnectorEntry['sync_rules']['basic']) {
  return rules
    .map((rule, index) => ({ ...rule, order: rule.order ?? index }))
    .sort((a, b) => a.order - b.order)
    .map((rule) => camelKeys({ ...rule, order: undefined }));
}

function pick<Section, Key extends keyof Section>(section: Section, keys: readonly Key[]): Pick<Section, Key> {
  return Object.fromEntries(keys.map((key) => [key, section[key]])) as Pick<Section, Key>;
}
