import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadSettings, locateConfiguration } from '../../../src/config/load-settings';
import { messagesOf, MINIMAL, parse, parseConnector, withConfiguration } from '../../support/parse-configuration';
import { CERTIFICATE } from './certificate';

describe('environment variables', () => {
  const passwordOf = (line: string, environment: Record<string, string>): string =>
    parseConnector(withConfiguration(line), { environment }).source.password;

  test('are put into values', () => {
    expect(passwordOf('password: ${PGPASSWORD}', { PGPASSWORD: 'p' })).toBe('p');
    expect(passwordOf('password: a-${A}-${B}-b', { A: '1', B: '2' })).toBe('a-1-2-b');
  });

  test('have a default when they are unset or empty', () => {
    expect(passwordOf('password: ${P:-none}', {})).toBe('none');
    expect(passwordOf('password: ${P:-none}', { P: '' })).toBe('none');
    expect(passwordOf('password: ${P:-}', {})).toBe('');
  });

  test('never become YAML, nor variables again', () => {
    const P = '"\n      host: evil ${X} # $${';
    expect(passwordOf('password: ${P}', { P })).toBe(P);
  });

  test('are left alone after $${', () => {
    expect(passwordOf('password: $${P}', {})).toBe('${P}');
    expect(passwordOf('password: a$b$$c', {})).toBe('a$b$$c');
  });

  test('may hold numbers and switches', () => {
    const { source } = parseConnector(withConfiguration('port: ${PORT}', 'ssl_enabled: ${SSL}'), {
      environment: { PORT: '6432', SSL: 'false' },
    });
    expect(source).toMatchObject({ port: 6432 });
    expect(source.tls).toBeUndefined();
  });

  test('are an error when unknown, which names path and variable', () => {
    expect(messagesOf(withConfiguration('port: ${NO_SUCH}'))).toEqual({
      'connectors[0].configuration.port':
        'environment variable NO_SUCH is not set: set it, or give a default as ${NO_SUCH:-default}',
    });
  });

  test('are an error when ${ is not a variable', () => {
    const messages = messagesOf(withConfiguration('password: "hunter2${-"'));
    expect(messages['connectors[0].configuration.password']).toMatch(/^holds \$\{ without NAME}/);
  });
});

describe('secrets in files', () => {
  test('are read beside the configuration, without the newline at their end', () => {
    const { source } = parseConnector(withConfiguration('password_file: secrets/pg'), {
      files: { '/etc/pgferry/secrets/pg': 'p w \n' },
    });
    expect(source.password).toBe('p w ');
  });

  test('are there for every secret and certificate', () => {
    const files = { '/run/key': 'k\n', '/run/ca': CERTIFICATE };
    const text = `elasticsearch: { api_key_file: /run/key, ca_certs: /run/ca }
temporal: { api_key_file: /run/key, tls: { ca_file: /run/ca } }${withConfiguration('ssl_ca_file: /run/ca')}`;
    const { settings } = parse(text, { files });
    expect(settings.elasticsearch).toMatchObject({ apiKey: 'k', ca: CERTIFICATE });
    expect(settings.temporal).toMatchObject({ apiKey: 'k', tls: { ca: CERTIFICATE } });
    expect(settings.connectors[0]?.source.tls).toEqual({ mode: 'verify-full', ca: CERTIFICATE });
  });

  test('are an error when the file is missing, and when the secret is given as well', () => {
    expect(messagesOf(withConfiguration('password_file: hunter2'))).toEqual({
      'connectors[0].configuration.password': "the file named for it can't be read (there is no such file)",
    });
    expect(messagesOf(withConfiguration('password: x', 'password_file: y'))).toEqual({
      'connectors[0].configuration.password_file': 'is given together with password; keep one',
    });
  });
});

describe('loading a configuration', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgferry-config-'));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test('reads the file and what it names', async () => {
    const file = join(directory, 'pgferry.yml');
    writeFileSync(file, withConfiguration('password_file: secret'));
    writeFileSync(join(directory, 'secret'), 'p\n');
    const loaded = await loadSettings(file, {});
    expect(loaded.file).toBe(file);
    expect(loaded.settings.connectors[0]?.source.password).toBe('p');
  });

  test('says how to make a file when there is none', async () => {
    await expect(loadSettings(join(directory, 'none.yml'), {})).rejects.toThrow(
      /none\.yml: .*`pgferry init` writes one/,
    );
    await expect(loadSettings(directory, {})).rejects.toThrow('is a directory');
  });

  test('says so where the file is UTF-16, or no text', async () => {
    const file = join(directory, 'utf-16.yml');
    writeFileSync(file, Buffer.from(`\ufeff${withConfiguration('password: p')}`, 'utf16le'));
    await expect(loadSettings(file, {})).rejects.toThrow(/utf-16\.yml: is encoded as UTF-16; save it as UTF-8/);
  });

  test('takes -c before PGFERRY_CONFIG before pgferry.yml', () => {
    expect(locateConfiguration('a.yml', { PGFERRY_CONFIG: 'b.yml' })).toBe('a.yml');
    expect(locateConfiguration(undefined, { PGFERRY_CONFIG: 'b.yml' })).toBe('b.yml');
    expect(locateConfiguration(undefined, {})).toBe('pgferry.yml');
  });

  test('names the file in what is wrong with it', () => {
    expect(() => parse(MINIMAL.replace('host:', 'hots:'))).toThrow(/^pgferry\.yml has 2 problems/);
  });
});
