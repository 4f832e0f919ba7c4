import { type ConfigurationFile, isDefinedHere } from '../schema/configuration-file';
import { camelKeys } from './camel-keys';
import { toAdditions, toConnectorSettings } from './to-connector-settings';

type Environment = Readonly<Record<string, string | undefined>>;

/** A validated file as settings, under names of our own. */
export function toSettings(file: ConfigurationFile, environment: Environment) {
  const { elasticsearch, temporal, monitoring, codec_server, connectors = [] } = file;
  return {
    elasticsearch: toElasticsearchSettings(elasticsearch),
    temporal: toTemporalSettings(temporal),
    monitoring: toMonitoringSettings(monitoring, environment),
    codecServer: toCodecServerSettings(codec_server),
    connectors: connectors.filter(isDefinedHere).map((entry) => toConnectorSettings(entry)),
    served: toServedSettings(file),
    published: toPublishedSettings(file),
  };
}

/** Undefined where the file's connectors are not shown in Elasticsearch. */
function toPublishedSettings({ elasticsearch, service }: ConfigurationFile) {
  return elasticsearch.publish_connectors ? { heartbeatMs: service.heartbeat * 1_000 } : undefined;
}

/** Undefined where the file serves no connector that is managed in Elasticsearch. */
function toServedSettings({ connectors = [], connector_defaults, service }: ConfigurationFile) {
  const entries = connectors
    .filter((entry) => !isDefinedHere(entry))
    .map((entry) => camelKeys({ id: entry.connector_id, apiKey: entry.api_key, ...toAdditions(entry) }));
  if (entries.length === 0 && !service.worker_mode) return undefined;
  return {
    entries,
    all: service.worker_mode,
    defaults: toAdditions(connector_defaults),
    heartbeatMs: service.heartbeat * 1_000,
    /** The index of their dead letters: one that the API key may write to which Kibana makes for a connector. */
    deadLetters: '.elastic-connectors-pgferry-rejected',
  };
}

function toElasticsearchSettings({ request_timeout, ...section }: ConfigurationFile['elasticsearch']) {
  const left = { client_key_passphrase: undefined, publish_connectors: undefined };
  return camelKeys({ ...section, ...left, requestTimeoutMs: request_timeout * 1000 });
}

function toTemporalSettings({
  encryption,
  heartbeat_interval: heartbeatMs,
  ...section
}: ConfigurationFile['temporal']) {
  return camelKeys({
    ...section,
    heartbeatMs,
    tls: toTemporalTls(section),
    encryption: encryption.key === undefined ? undefined : camelKeys({ ...encryption, key: encryption.key }),
  });
}

/** Absent: no TLS. Temporal Cloud takes API keys over TLS only. */
function toTemporalTls({ tls, api_key }: Pick<ConfigurationFile['temporal'], 'tls' | 'api_key'>) {
  if (tls === false || (tls === undefined && api_key === undefined)) return undefined;
  const given: Partial<typeof tls> = tls ?? {};
  return camelKeys({ ...given, key_passphrase: undefined });
}

function toCodecServerSettings({ address, ui_origin: uiOrigins, token }: ConfigurationFile['codec_server']) {
  return camelKeys({ address: splitAddress(address), uiOrigins, token });
}

function toMonitoringSettings(
  { address, token, ...section }: ConfigurationFile['monitoring'],
  environment: Environment,
) {
  const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const isDisabled = environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  const traces = !isDisabled && endpoints.some((name) => (environment[name] ?? '') !== '');
  return camelKeys({
    ...section,
    token_file: undefined,
    address: address === undefined ? undefined : splitAddress(address),
    // Nobody signs in where there is nothing to do.
    token: section.control ? token : undefined,
    // Where and how is for OpenTelemetry's own environment variables to say.
    traces: traces ? true : undefined,
  });
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(colon + 1)) };
}
