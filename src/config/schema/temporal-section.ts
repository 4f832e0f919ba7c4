import { z } from 'zod';

import { optionalText, text } from './coerced-values';
import { certificates, findKeyProblems, privateKey } from './pem-text';
import { documented, findMissingHalf, optionalSection, relate, section } from './section';

const tlsKeys = section({
  ca: documented(certificates, 'Certificate(s) of the authority that signed the server, PEM text.'),
  ca_file: documented(optionalText, 'File that holds `ca`.'),
  cert: documented(certificates, 'Certificate that pgferry shows to the server, PEM text.'),
  cert_file: documented(optionalText, 'File that holds `cert`.'),
  key: documented(privateKey, 'Private key of `cert`, PEM text.', { secret: true }),
  key_file: documented(optionalText, 'File that holds `key`.'),
  key_passphrase: documented(optionalText, 'Passphrase of `key`.', { secret: true }),
  key_passphrase_file: documented(optionalText, 'File that holds `key_passphrase`.'),
  server_name: documented(optionalText, "Name to expect in the server's certificate, if not the one of `address`."),
});

const tls = relate(tlsKeys, ['cert', 'key', 'key_passphrase'], (section) => [
  ...findMissingHalf(section, ['cert', 'key']),
  ...findKeyProblems('key', section.key, section.key_passphrase),
]);

const encryptionKey = optionalText.refine(
  (value) => value === undefined || isKey(value),
  'must be 32 random bytes as base64; `openssl rand -base64 32` makes them',
);

const encryption = relate(
  section({
    key: documented(encryptionKey, 'Encrypts payloads and decrypts them: 32 random bytes as base64.', { secret: true }),
    key_file: documented(optionalText, 'File that holds `key`.'),
    second_key: documented(
      encryptionKey,
      'Decrypts too, never encrypts: the next key before a change of keys, the last one after it.',
      { secret: true },
    ),
    second_key_file: documented(optionalText, 'File that holds `second_key`.'),
  }),
  ['key', 'second_key'],
  ({ key, second_key: second }) => {
    if (second !== undefined && key === undefined) return [{ key: 'key', message: 'is required with second_key' }];
    if (second !== undefined && second === key) return [{ key: 'second_key', message: 'is the same as key' }];
    return [];
  },
);

/** `temporal:` */
export const temporalSection = optionalSection({
  profile: documented(
    optionalText,
    "Profile of Temporal's own configuration (`temporal.toml`, or the file that `TEMPORAL_CONFIG_FILE` names), with the " +
      'environment variables `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY` and `TEMPORAL_TLS…` on top. It ' +
      'fills in `address`, `namespace`, `api_key` and `tls` where they are left out; neither is read without this key.',
  ),
  address: documented(
    text
      .regex(/^(\[[0-9A-Fa-f:.]+\]|[^\s/:@]+):\d{1,5}$/, 'must be HOST:PORT, without http://')
      .default('localhost:7233'),
    'Address of Temporal, HOST:PORT.',
    { fallback: 'localhost:7233' },
  ),
  namespace: documented(text.default('default'), 'Namespace of Temporal.', { fallback: 'default' }),
  task_queue: documented(
    text.default('pgferry'),
    'Task queue of the workers; activities that carry data use it with the suffix `-data`.',
    { fallback: 'pgferry' },
  ),
  api_key: documented(optionalText, 'API key of Temporal Cloud; switches TLS on.', { secret: true }),
  api_key_file: documented(optionalText, 'File that holds `api_key`.'),
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
