import { z } from 'zod';

import { HOST_AND_PORT, optionalText, text } from './coerced-values';
import { decryptKey } from './decrypt-key';
import { certificates, findKeyProblems, privateKey } from './pem-text';
import { documented, fileOf, findMissingHalf, nowhere, optionalSection, relate, section } from './section';
import { UNITS_MS, withUnit } from './with-unit';

const tlsKeys = section({
  ca: documented(certificates, 'Certificate(s) of the authority that signed the server, PEM text.'),
  ca_file: fileOf('ca'),
  cert: documented(certificates, 'Certificate that pgferry shows to the server, PEM text.'),
  cert_file: fileOf('cert'),
  key: documented(privateKey, 'Private key of `cert`, PEM text.', { secret: true }),
  key_file: fileOf('key'),
  key_passphrase: documented(optionalText, 'Passphrase of `key`.', { secret: true }),
  key_passphrase_file: fileOf('key_passphrase'),
  server_name: documented(optionalText, "Name to expect in the server's certificate, if not the one of `address`."),
});

const tls = relate(tlsKeys, ['cert', 'key', 'key_passphrase'], (section) => [
  ...findMissingHalf(section, ['cert', 'key']),
  ...findKeyProblems('key', section.key, section.key_passphrase),
]).transform((section) => ({ ...section, key: decryptKey(section.key, section.key_passphrase) }));

const encryptionKey = optionalText.refine(
  (value) => value === undefined || isKey(value),
  'must be 32 random bytes as base64; `openssl rand -base64 32` makes them',
);

const encryption = relate(
  section({
    key: documented(encryptionKey, 'Encrypts payloads and decrypts them: 32 random bytes as base64.', { secret: true }),
    key_file: fileOf('key'),
    second_key: documented(
      encryptionKey,
      'Decrypts too, never encrypts: the next key before a change of keys, the last one after it.',
      { secret: true },
    ),
    second_key_file: fileOf('second_key'),
  }),
  ['key', 'second_key'],
  ({ key, second_key: second }) => {
    if (second !== undefined && key === undefined) return [{ key: 'key', message: 'is required with second_key' }];
    if (second !== undefined && second === key) return [{ key: 'second_key', message: 'is the same as key' }];
    return [];
  },
);

/** A sync that is cancelled hears of it by the answer to a heartbeat; a worker without any for 30 s counts as dead. */
const heartbeatInterval = withUnit(UNITS_MS, '3s').refine(
  (milliseconds) => milliseconds >= 100 && milliseconds <= 10_000,
  'must be between 100ms and 10s',
);

/** Where Temporal is, where nobody says it. */
export const DEFAULT_ADDRESS = 'localhost:7233';

/** `temporal:` */
export const temporalSection = optionalSection({
  profile: documented(
    nowhere(optionalText),
    "Profile of Temporal's own configuration (`temporal.toml`, or the file that `TEMPORAL_CONFIG_FILE` names), with " +
      'the environment variables `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY` and `TEMPORAL_TLS…` on ' +
      'top. It fills in `address`, `namespace`, `api_key` and `tls` where they are left out; neither is ' +
      'read without this key.',
  ),
  address: documented(
    text.regex(HOST_AND_PORT, 'must be HOST:PORT, without http://').default(DEFAULT_ADDRESS),
    'Address of Temporal, HOST:PORT.',
  ),
  namespace: documented(text.default('default'), 'Namespace of Temporal.'),
  task_queue: documented(
    text.default('pgferry'),
    'Task queue of the workers; activities that carry data use it with the suffix `-data`.',
  ),
  api_key: documented(optionalText, 'API key of Temporal Cloud; switches TLS on.', { secret: true }),
  api_key_file: fileOf('api_key'),
  tls: documented(
    z
      .preprocess(
        readSwitch,
        z.union([z.literal(false), tls], 'must be true, false or a mapping with ca, cert and key'),
      )
      .optional(),
    'TLS: `true`, `false`, or a mapping.',
    { fallback: false },
  ),
  heartbeat_interval: documented(
    heartbeatInterval.default(3_000),
    'How long between two heartbeats of an activity: each is an action of Temporal. Progress is seen, and a ' +
      'cancelled sync ends, that much later. What a worker did since the last one is done again if it dies and none ' +
      'starts in its place on its host.',
    { fallback: '3s' },
  ),
  encryption: documented(
    encryption.prefault({}),
    'Encrypts what Temporal keeps of syncs, on the worker and the command line.',
  ),
});

function readSwitch(value: unknown): unknown {
  if (value === true || value === 'true') return {};
  return value === 'false' ? false : value;
}

function isKey(value: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(value);
}
