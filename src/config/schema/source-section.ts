import { z } from 'zod';

import { expected, flag, nameList, number, optionalText, text } from './coerced-values';
import { certificates, findKeyProblems, privateKey } from './pem-text';
import { documented, fileOf, findMissingHalf, ignored, relate, section } from './section';

const MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

const keys = section({
  host: documented(
    text.refine((value) => !/[\s@]|:\/\//.test(value), 'must be a host name or an address, not a URL'),
    'Host name or address of PostgreSQL, or the directory of its socket.',
  ),
  port: documented(number({ min: 1, max: 65_535 }).default(5432), 'Port of PostgreSQL.'),
  username: documented(text, 'Role to connect as; it needs `usage` on the schemas and `select` on the tables.'),
  password: documented(z.string(expected('text: put the value in quotes')).default(''), 'Password of the role.', {
    secret: true,
  }),
  password_file: documented(optionalText, 'File that holds `password`; it is read again at each new connection.'),
  database: documented(text, 'Database to read.'),
  schema: documented(nameList.prefault('public'), 'Schema(s) of the tables; several are separated by commas.'),
  tables: documented(
    nameList.prefault('*'),
    'Tables to sync: names separated by commas, or a list; `*` stands for any text, alone for every table that can ' +
      'be synced. A name may carry its schema: `sales.orders`. Not used when there are advanced sync rules.',
  ),
  ssl_enabled: documented(flag.optional(), 'Whether the connection is encrypted.', { fallback: true }),
  ssl_mode: documented(
    z.enum(MODES, expected(`one of ${MODES.join(', ')}`)).optional(),
    'As in libpq: `require` encrypts, and with `ssl_ca` does as `verify-ca`, which checks who signed the server; ' +
      '`verify-full` checks its name too. The default is `verify-full` when `ssl_ca` is given, else `require`. Not ' +
      'used with the directory of a socket as `host`.',
  ),
  ssl_ca: documented(
    certificates,
    'Certificate(s) of the authority that signed the server, PEM text; line breaks may be spaces, as Kibana stores it.',
  ),
  ssl_ca_file: fileOf('ssl_ca'),
  ssl_cert: documented(certificates, 'Certificate that pgferry shows to the server, PEM text.'),
  ssl_cert_file: fileOf('ssl_cert'),
  ssl_key: documented(privateKey, 'Private key of `ssl_cert`, PEM text.', { secret: true }),
  ssl_key_file: fileOf('ssl_key'),
  ssl_key_passphrase: documented(optionalText, 'Passphrase of `ssl_key`.', { secret: true }),
  ssl_key_passphrase_file: fileOf('ssl_key_passphrase'),
  channel_binding: documented(
    z.enum(['prefer', 'disable'], expected('prefer or disable')).default('prefer'),
    'As in libpq: `prefer` binds a SCRAM login to the encrypted connection where the server offers it; `disable` is ' +
      'for proxies that decrypt and encrypt anew.',
  ),
  connect_timeout: documented(number({ min: 1, max: 3_600 }).default(10), 'Seconds an attempt to connect may take.'),
  lock_timeout: documented(
    number({ min: 1, max: 86_400 }).default(120),
    'Seconds that a sync waits for a lock on a table that somebody else has locked. Then this table fails, its ' +
      'documents are kept, and the others are synced.',
  ),
  fetch_size: ignored('rows are streamed'),
  retry_count: ignored('Temporal retries'),
});

const withMode = relate(keys, ['ssl_enabled', 'ssl_mode'], ({ ssl_enabled, ssl_mode }) => {
  if (ssl_enabled === undefined || ssl_mode === undefined || ssl_enabled === (ssl_mode !== 'disable')) return [];
  return [{ key: 'ssl_mode', message: `contradicts ssl_enabled: ${String(ssl_enabled)}; leave one of the two out` }];
});

/** `connectors[].configuration:`, Elastic's names and defaults. */
export const sourceSection = relate(withMode, ['ssl_cert', 'ssl_key', 'ssl_key_passphrase'], (section) => [
  ...findMissingHalf(section, ['ssl_cert', 'ssl_key']),
  ...findKeyProblems('ssl_key', section.ssl_key, section.ssl_key_passphrase),
]);
