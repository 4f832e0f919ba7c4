import type { Settings } from './settings';

/**
 * Every secret of the settings, for loggers and codecs to blot out: as it is, and as it looks inside a URL.
 * Longest first, so that a secret that holds another is replaced whole.
 */
export function collectSecrets({ elasticsearch, temporal, codecServer, connectors }: Settings): string[] {
  const secrets = [
    elasticsearch.apiKey,
    elasticsearch.serviceToken,
    elasticsearch.password,
    elasticsearch.clientKey,
    temporal.apiKey,
    temporal.tls?.key,
    temporal.encryption?.key,
    temporal.encryption?.secondKey,
    codecServer?.token,
    ...connectors.flatMap(({ source }) => [source.password, source.tls?.key, source.tls?.passphrase]),
  ].filter((secret): secret is string => secret !== undefined && secret !== '');
  const spellings = secrets.flatMap((secret) => [secret, encodeURIComponent(Buffer.from(secret).toString())]);
  return [...new Set(spellings)].sort((a, b) => b.length - a.length);
}
