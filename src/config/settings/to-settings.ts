import type { ConfigurationFile } from '../schema/configuration-file';
import { camelKeys } from './camel-keys';
import { toConnectorSettings } from './to-connector-settings';

type Environment = Readonly<Record<string, string | undefined>>;

/** A validated file as settings, under names of our own. */
export function toSettings(
  { elasticsearch, temporal, monitoring, codec_server, connectors }: ConfigurationFile,
  environment: Environment,
) {
  return {
    elasticsearch: toElasticsearchSettings(elasticsearch),
    temporal: toTemporalSettings(temporal),
    monitoring: toMonitoringSettings(monitoring, environment),
    codecServer: toCodecServerSettings(codec_server),
    connectors: connectors.map(toConnectorSettings),
  };
}

function toElasticsearchSettings({ request_timeout, ...section }: ConfigurationFile['elasticsearch']) {
  return camelKeys({ ...section, client_key_passphrase: undefined, requestTimeoutMs: request_timeout * 1000 });
}

function toTemporalSettings({ encryption, ...section }: ConfigurationFile['temporal']) {
  return camelKeys({
    ...section,
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

function toMonitoringSettings({ address }: ConfigurationFile['monitoring'], environment: Environment) {
  const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const isDisabled = environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  const traces = !isDisabled && endpoints.some((name) => (environment[name] ?? '') !== '');
  return camelKeys({
    address: address === undefined ? undefined : splitAddress(address),
    // Where and how is for OpenTelemetry's own environment variables to say.
    traces: traces ? true : undefined,
  });
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(colon + 1)) };
}
