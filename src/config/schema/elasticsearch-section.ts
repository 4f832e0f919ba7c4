import type { z } from 'zod';

import { flag, number, optionalText, textOr } from './coerced-values';
import { decryptKey } from './decrypt-key';
import { certificates, findKeyProblems, privateKey } from './pem-text';
import { documented, fileOf, findMissingHalf, ignored, nowhere, relate, section } from './section';

const NOT_TUNED = 'pgferry sizes its requests by what the server takes';

const keys = section({
  host: documented(
    textOr('http://localhost:9200').refine(isHttpUrl, 'must be a URL: http://HOST:PORT'),
    'Address of Elasticsearch. A user name and password within it are taken as `username` and `password`.',
  ),
  api_key: documented(optionalText, 'API key, encoded (base64).', { secret: true }),
  api_key_file: fileOf('api_key'),
  service_token: documented(optionalText, 'Token of a service account.', { secret: true }),
  service_token_file: fileOf('service_token'),
  username: documented(optionalText, 'User name, together with `password`.'),
  password: documented(optionalText, 'Password of `username`.', { secret: true }),
  password_file: fileOf('password'),
  ca: documented(certificates, 'Certificate(s) of the authority that signed the server, PEM text.'),
  ca_file: fileOf('ca'),
  ca_certs: documented(nowhere(optionalText), "Elastic's name of `ca_file`."),
  ca_fingerprint: documented(
    optionalText.refine(
      (value) => value === undefined || /^([0-9a-f]{2}:?){32}$/i.test(value),
      'must be a SHA-256 fingerprint: 64 hex digits',
    ),
    'SHA-256 fingerprint of that certificate, as Elasticsearch prints it at its first start; instead of `ca`. The ' +
      'server has to show that certificate beside its own, as Elasticsearch does by default.',
  ),
  server_name: documented(optionalText, "Name to expect in the server's certificate, if not the one in `host`."),
  client_cert: documented(certificates, 'Certificate that pgferry shows to the server, PEM text.'),
  client_cert_file: fileOf('client_cert'),
  client_key: documented(privateKey, 'Private key of `client_cert`, PEM text.', { secret: true }),
  client_key_file: fileOf('client_key'),
  client_key_passphrase: documented(optionalText, 'Passphrase of `client_key`.', { secret: true }),
  client_key_passphrase_file: fileOf('client_key_passphrase'),
  verify_certs: documented(
    flag.default(true),
    "Whether the server's certificate is checked. Without it anybody in between can read and change everything, and " +
      'take the credentials: every command warns of it.',
  ),
  request_timeout: documented(
    number({ min: 1, max: 86_400 }).default(240),
    'Seconds a request may take, its answer included.',
  ),
  publish_connectors: documented(
    flag.default(false),
    'Whether the connectors of this file are shown in Kibana, among those that are managed there: with their status, ' +
      'jobs and counts, without passwords. Syncs can be started and cancelled there; everything else is changed in ' +
      'the file.',
  ),
  ssl: ignored('`http://` or `https://` in `host` decides'),
  bulk: ignored(NOT_TUNED),
  max_retries: ignored('Temporal retries'),
  retry_interval: ignored('Temporal retries'),
  retry_on_timeout: ignored('Temporal retries'),
  initial_backoff_duration: ignored('Temporal retries'),
  backoff_multiplier: ignored('Temporal retries'),
  max_wait_duration: ignored('pgferry waits for Elasticsearch as long as it takes'),
  log_level: ignored('the log level is an option of the worker'),
});

const withCredentials = relate(keys, ['api_key', 'service_token', 'username', 'password', 'host'], (section) => {
  const user = userOf(section.host);
  if (user !== undefined && (section.username ?? section.password) !== undefined)
    return [{ key: 'host', message: 'names a user, and so does username or password: give one of them' }];
  const methods = [section.api_key, section.service_token, section.username ?? section.password ?? user];
  if (methods.filter((method) => method !== undefined).length > 1)
    return [{ key: 'api_key', message: 'give one of api_key, service_token, or username and password' }];
  return findMissingHalf(section, ['username', 'password']);
});

const withAuthority = relate(withCredentials, ['host', 'ca', 'ca_fingerprint'], ({ host, ca, ca_fingerprint }) => {
  if (ca_fingerprint === undefined) return [];
  if (ca !== undefined) return [{ key: 'ca_fingerprint', message: 'is given together with ca; keep one' }];
  if (host.toLowerCase().startsWith('https:')) return [];
  return [{ key: 'ca_fingerprint', message: 'needs a host that begins with https://' }];
});

const withClientKey = relate(withAuthority, ['client_cert', 'client_key', 'client_key_passphrase'], (section) => [
  ...findMissingHalf(section, ['client_cert', 'client_key']),
  ...findKeyProblems('client_key', section.client_key, section.client_key_passphrase),
]);

/** `elasticsearch:`, the host as a base URL without a user: that one and its password have keys of their own. */
export const elasticsearchSection = withClientKey
  .transform((section) => ({
    ...section,
    ...splitHost(section),
    client_key: decryptKey(section.client_key, section.client_key_passphrase),
  }))
  .prefault({});

function splitHost({ host, username, password }: z.output<typeof keys>) {
  const url = new URL(host);
  const user = url.username === '' ? { username, password } : decodeUser(url);
  url.username = '';
  url.password = '';
  return { ...user, host: url.href.replace(/\/$/, '') };
}

function decodeUser({ username, password }: URL) {
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, search, hash, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && search === '' && hash === '' && isEncoded(`${username}:${password}`);
}

function isEncoded(userinfo: string): boolean {
  try {
    return decodeURIComponent(userinfo) !== '';
  } catch {
    return false;
  }
}

function userOf(host: string): string | undefined {
  return URL.canParse(host) ? new URL(host).username || undefined : undefined;
}
