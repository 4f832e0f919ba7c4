import type { ConnectorSettings, Settings } from './settings';

const MASK = '***';

/** The settings with every secret as `***`, for people's eyes. */
export function redactSettings(settings: Settings): Settings {
  const { elasticsearch, temporal, codecServer, connectors } = settings;
  return {
    ...settings,
    elasticsearch: mask(elasticsearch, ['apiKey', 'serviceToken', 'password', 'clientKey']),
    temporal: {
      ...mask(temporal, ['apiKey']),
      ...(temporal.tls === undefined ? {} : { tls: mask(temporal.tls, ['key']) }),
      ...(temporal.encryption === undefined ? {} : { encryption: mask(temporal.encryption, ['key', 'secondKey']) }),
    },
    ...(codecServer === undefined ? {} : { codecServer: mask(codecServer, ['token']) }),
    connectors: connectors.map(redactConnector),
  };
}

/** A connector's settings with every secret as `***`. */
export function redactConnector(connector: ConnectorSettings): ConnectorSettings {
  const { source } = connector;
  return {
    ...connector,
    source: {
      ...mask(source, ['password']),
      ...(source.tls === undefined ? {} : { tls: mask(source.tls, ['key', 'passphrase']) }),
    },
  };
}

function mask<T extends object>(section: T, secrets: readonly (keyof T)[]): T {
  const masked = secrets.filter((key) => section[key] !== undefined && section[key] !== '');
  return { ...section, ...Object.fromEntries(masked.map((key) => [key, MASK])) };
}
