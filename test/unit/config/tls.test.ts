import { generateKeyPairSync } from 'node:crypto';

import { normalizePem } from '../../../src/config/schema/normalize-pem';
import type { SourceTls } from '../../../src/config/settings/settings';
import { messagesOf, parse, parseConnector, withConfiguration } from '../../support/parse-configuration';
import { CERTIFICATE } from './certificate';

const PASSPHRASE = 'open sesame';
const PRIVATE_KEY = generateKeyPairSync('ec', {
  namedCurve: 'prime256v1',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;
const ENCRYPTED_KEY = generateKeyPairSync('ec', {
  namedCurve: 'prime256v1',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE },
}).privateKey;

const quoted = (text: string): string => JSON.stringify(text);

describe('the connection to PostgreSQL', () => {
  const tlsOf = (...lines: string[]): SourceTls | undefined => parseConnector(withConfiguration(...lines)).source.tls;

  test('is encrypted unless that is switched off', () => {
    expect(tlsOf()).toEqual({ mode: 'require' });
    expect(tlsOf('ssl_enabled: false')).toBeUndefined();
    expect(tlsOf('ssl_mode: disable')).toBeUndefined();
  });

  test('checks the server and its name as soon as ssl_ca is given', () => {
    expect(tlsOf(`ssl_ca: ${quoted(CERTIFICATE)}`)).toEqual({ mode: 'verify-full', ca: CERTIFICATE });
    expect(tlsOf(`ssl_ca: ${quoted(CERTIFICATE)}`, 'ssl_mode: verify-ca')?.mode).toBe('verify-ca');
    expect(tlsOf('ssl_ca: ""', 'ssl_mode: verify-full')).toEqual({ mode: 'verify-full' });
  });

  test('is not encrypted within the machine, through a socket in the file system', () => {
    const text = withConfiguration().replace('host: db.example', 'host: /var/run/postgresql');
    expect(parseConnector(text).source.tls).toBeUndefined();
  });

  test('shows a certificate of its own', () => {
    const lines = [`ssl_cert: ${quoted(CERTIFICATE)}`, `ssl_key: ${quoted(ENCRYPTED_KEY)}`];
    expect(tlsOf(...lines, `ssl_key_passphrase: ${PASSPHRASE}`)).toMatchObject({
      cert: CERTIFICATE,
      key: ENCRYPTED_KEY,
      passphrase: PASSPHRASE,
    });
  });

  test('says what does not fit together', () => {
    const key = (name: string): string => `connectors[0].configuration.${name}`;
    const certificate = `ssl_cert: ${quoted(CERTIFICATE)}`;
    expect(messagesOf(withConfiguration('ssl_enabled: false', 'ssl_mode: require'))).toHaveProperty([key('ssl_mode')]);
    expect(messagesOf(withConfiguration(certificate))).toHaveProperty([key('ssl_key')]);
    expect(messagesOf(withConfiguration(`ssl_key: ${quoted(PRIVATE_KEY)}`))).toHaveProperty([key('ssl_cert')]);
    expect(messagesOf(withConfiguration(certificate, `ssl_key: ${quoted(ENCRYPTED_KEY)}`))).toEqual({
      [key('ssl_key')]: 'is encrypted: give its passphrase',
    });
    expect(
      messagesOf(withConfiguration(certificate, `ssl_key: ${quoted(ENCRYPTED_KEY)}`, 'ssl_key_passphrase: wrong')),
    ).toEqual({ [key('ssl_key')]: "can't be decrypted with the passphrase" });
    expect(messagesOf(withConfiguration('ssl_ca: not a certificate'))[key('ssl_ca')]).toMatch(/^is not a certificate/);
  });

  test('has a note when the certificate given is not looked at', () => {
    const { notes } = parse(withConfiguration(`ssl_ca: ${quoted(CERTIFICATE)}`, 'ssl_mode: disable'));
    expect(notes.map(({ path }) => path)).toEqual(['connectors[0].configuration.ssl_ca']);
  });
});

describe('PEM text', () => {
  const body = CERTIFICATE.split('\n').slice(1, -2).join('');

  test.each([
    ['as it is', CERTIFICATE],
    ['as Kibana stores it, spaces for line breaks', CERTIFICATE.replaceAll('\n', ' ')],
    ['with line breaks written as \\n', CERTIFICATE.replaceAll('\n', '\\n')],
    ['with Windows line breaks', CERTIFICATE.replaceAll('\n', '\r\n')],
    ['without BEGIN and END', body],
    ['with text around it', `subject=CN\n${CERTIFICATE}\n# end`],
  ])('is understood %s', (_form, text) => {
    expect(normalizePem(text, 'CERTIFICATE')).toBe(CERTIFICATE);
  });

  test('may hold several certificates', () => {
    expect(normalizePem(CERTIFICATE + CERTIFICATE, 'CERTIFICATE')).toBe(CERTIFICATE + CERTIFICATE);
  });

  test('is not found in other text', () => {
    expect(normalizePem('a-b', 'CERTIFICATE')).toBeUndefined();
    expect(normalizePem('', 'CERTIFICATE')).toBeUndefined();
  });
});

describe('the connection to Temporal', () => {
  const temporalOf = (line: string) => parse(`temporal: ${line}\n${withConfiguration()}`).settings.temporal;

  test('uses TLS when told to, and with an API key', () => {
    expect(temporalOf('{}').tls).toBeUndefined();
    expect(temporalOf('{ tls: true }').tls).toEqual({});
    expect(temporalOf('{ api_key: k }').tls).toEqual({});
    expect(temporalOf('{ api_key: k, tls: false }').tls).toBeUndefined();
    expect(temporalOf('{ tls: { server_name: t } }').tls).toEqual({ serverName: 't' });
  });

  test('tells a wrong key inside tls by its name', () => {
    expect(messagesOf(`temporal: { tls: { servername: t } }${withConfiguration()}`)).toEqual({
      'temporal.tls.servername': "unknown key 'servername'; did you mean 'server_name'?",
    });
  });
});

describe('Elasticsearch', () => {
  const parseWith = (lines: string) => parse(`elasticsearch: { ${lines} }\n${withConfiguration()}`);
  const problemsWith = (lines: string) => messagesOf(`elasticsearch: { ${lines} }\n${withConfiguration()}`);
  const FINGERPRINT = `ca_fingerprint: "${'A1:'.repeat(31)}A1"`;

  test('takes a fingerprint in place of a certificate, and over https:// only', () => {
    expect(parseWith(`host: "https://es", ${FINGERPRINT}`).settings.elasticsearch.caFingerprint).toMatch(/^A1:A1/);
    expect(problemsWith(`host: "http://es", ${FINGERPRINT}`)).toHaveProperty(['elasticsearch.ca_fingerprint']);
    expect(problemsWith(`host: "https://es", ${FINGERPRINT}, ca: ${quoted(CERTIFICATE)}`)).toEqual({
      'elasticsearch.ca_fingerprint': 'is given together with ca; keep one',
    });
  });

  test('takes a key with a passphrase', () => {
    const lines = `client_cert: ${quoted(CERTIFICATE)}, client_key: ${quoted(ENCRYPTED_KEY)}`;
    const { clientKey } = parseWith(`${lines}, client_key_passphrase: ${PASSPHRASE}`).settings.elasticsearch;
    expect(clientKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(problemsWith(lines)).toEqual({ 'elasticsearch.client_key': 'is encrypted: give its passphrase' });
  });

  test('has a warning where others could read or change what goes over the network', () => {
    const warned = (lines: string) => parseWith(lines).warnings.map(({ path }) => path);
    expect(warned('host: "https://es", verify_certs: false')).toEqual(['elasticsearch.verify_certs']);
    expect(warned('host: "http://es", api_key: k')).toEqual(['elasticsearch.host']);
    expect(warned('host: "http://u:p@es"')).toEqual(['elasticsearch.host']);
    expect(warned('host: "http://es"')).toEqual([]);
    expect(warned('host: "https://es", api_key: k')).toEqual([]);
    for (const local of ['localhost:9200', '127.0.0.1:9200', '[::1]:9200'])
      expect(warned(`host: "http://${local}", api_key: k`)).toEqual([]);
    const { warnings } = parse(`temporal: { api_key: k, tls: false }\n${withConfiguration()}`);
    expect(warnings.map(({ path }) => path)).toEqual(['temporal.tls']);
  });
});
