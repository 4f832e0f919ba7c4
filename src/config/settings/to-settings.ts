import type { ConfigurationFile } from '../schema/configuration-file';
import { decryptKey } from './decrypt-key';
import type {
  CodecServerSettings,
  ElasticsearchSettings,
  MonitoringSettings,
  Settings,
  TemporalSettings,
} from './settings';
import { toConnectorSettings } from './to-connector-settings';
import { withoutAbsent } from './without-absent';

type Environment = Readonly<Record<string, string | undefined>>;

/** A validated file as settings, under names of our own. */
export function toSettings(
  { elasticsearch, temporal, monitoring, codec_server, connectors }: ConfigurationFile,
  environment: Environment,
): Settings {
  return {
    elasticsearch: toElasticsearchSettings(elasticsearch),
    temporal: toTemporalSettings(temporal),
    monitoring: toMonitoringSettings(monitoring, environment),
    codecServer: toCodecServerSettings(codec_server),
    connectors: connectors.map(toConnectorSettings),
  };
}

function toElasticsearchSettings(section: ConfigurationFile['elasticsearch']): ElasticsearchSettings {
  const url = new URL(section.host ?? 'http://localhost:9200');
  const user = url.username === '' ? undefined : decodeURIComponent(url.username);
  const password = url.username === '' ? undefined : decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return withoutAbsent({
    host: url.href.replace(/\/$/, ''),
    apiKey: section.api_key,
    serviceToken: section.service_token,
    username: section.username ?? user,
    password: section.password ?? password,
    ca: section.ca,
    caFingerprint: section.ca_fingerprint,
    serverName: section.server_name,
    clientCert: section.client_cert,
    clientKey: decryptKey(section.client_key, section.client_key_passphrase),
    verifyCerts: section.verify_certs,
    requestTimeoutMs: section.request_timeout * 1000,
  });
}

function toTemporalSettings(section: ConfigurationFile['temporal']): TemporalSettings {
  const { address, namespace, task_queue, api_key, encryption } = section;
  // Temporal Cloud takes API keys over TLS only.
  const tls = section.tls ?? (api_key === undefined ? false : {});
  return withoutAbsent({
    address,
    namespace,
    taskQueue: task_queue,
    apiKey: api_key,
    tls:
      tls === false
        ? undefined
        : withoutAbsent({
            ca: tls.ca,
            cert: tls.cert,
            key: decryptKey(tls.key, tls.key_passphrase),
            serverName: tls.server_name,
          }),
    encryption:
      encryption.key === undefined
        ? undefined
        : withoutAbsent({ key: encryption.key, secondKey: encryption.second_key }),
  });
}

function toCodecServerSettings({
  address,
  ui_origin: uiOrigins,
  token,
}: ConfigurationFile['codec_server']): CodecServerSettings {
  return withoutAbsent({ address: splitAddress(address), uiOrigins, token });
}

function toMonitoringSettings(
  { address }: ConfigurationFile['monitoring'],
  environment: Environment,
): MonitoringSettings {
  const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const isDisabled = environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  return withoutAbsent({
    address: address === undefined ? undefined : splitAddress(address),
    traces: !isDisabled && endpoints.some((name) => (environment[name] ?? '') !== '') ? true : undefined,
  });
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(colon + 1)) };
}
