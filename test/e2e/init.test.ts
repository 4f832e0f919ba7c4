import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expectClearMessage } from '../support/clear-message';
import { runCommand } from '../support/command-line';
import { elasticsearchUrl } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { KEYS, startInTerminal, type TerminalSession } from '../support/terminal-session';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql('create table item (id integer primary key, label text)');
});

afterAll(() => database.drop());

const newFile = () => join(mkdtempSync(join(tmpdir(), 'pgferry-init-')), 'shop.yml');
const init = (file: string, ...options: readonly string[]) =>
  runCommand(['init', file, '--postgres', database.url, '--elasticsearch', elasticsearchUrl(), ...options]);

/** Takes away what is proposed. */
const ERASE = '\u007f'.repeat(40);

describe('pgferry init with addresses', () => {
  test('tries them and writes a file that check accepts, with the password in a file of its owner', async () => {
    const file = newFile();
    const ended = await init(file);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain('1 tables of public can be synced');
    const { password } = new URL(database.url);
    expect(readFileSync(file, 'utf8')).not.toContain(`"${password}"`);
    const secret = file.replace(/yml$/u, 'pgpassword');
    expect(readFileSync(secret, 'utf8')).toBe(decodeURIComponent(password));
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect((await runCommand(['check', '-c', file])).stderr).not.toContain('SourceAuthentication');
    expectClearMessage(await init(file), { code: 2, names: [file, 'is there already'] });
  });

  test('leaves the password to a variable where that is wanted', async () => {
    const file = newFile();
    expect((await init(file, '--secrets', 'environment', '--tables', 'item')).stderr).toContain('Set PGPASSWORD');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('password: ${PGPASSWORD}');
    expect(text).toContain('tables: ["item"]');
  });

  test('says what is wrong with an address, and writes nothing', async () => {
    const file = newFile();
    expectClearMessage(await runCommand(['init', file, '--postgres', 'db:5432']), { code: 2, names: ['--postgres'] });
    expect(() => statSync(file)).toThrow();
  });
});

describe('pgferry init in a terminal', () => {
  let session: TerminalSession;

  afterEach(() => {
    session.close();
  });

  test('asks for servers until they answer, lists tables, and writes a file that check accepts', async () => {
    const file = newFile();
    const { hostname, port, username, password } = new URL(database.url);
    session = startInTerminal(['init', file]);
    const { answer, ended, screen } = session;
    const type = (text: string) => `${ERASE}${text}${KEYS.enter}`;
    const answerPostgres = async (secret: string) => {
      await answer('Host of PostgreSQL', type(hostname));
      await answer('Port', type(port));
      await answer('Database', type(database.name));
      await answer('User', type(decodeURIComponent(username)));
      await answer('Password', type(secret));
    };
    await answerPostgres('not the password');
    await answer('password authentication failed', '');
    await answerPostgres(decodeURIComponent(password));
    await answer('Address of Elasticsearch', type('no address'));
    await answer('It is an address as', type(elasticsearchUrl()));
    await answer('It asks for', KEYS.enter);
    await answer('Schemas to sync', KEYS.enter);
    await answer('All 1 tables of public', KEYS.right + KEYS.enter);
    await answer('Tables of public', KEYS.space + KEYS.enter);
    await answer('Find changes within a second', KEYS.enter);
    await answer('Passwords and keys go', KEYS.enter);
    expect(await ended).toBe(0);
    expect(screen()).toContain('Next: pgferry check');
    expect(readFileSync(file, 'utf8')).toContain('tables: ["item"]');
    expect(readFileSync(file.replace(/yml$/u, 'pgpassword'), 'utf8')).toBe(decodeURIComponent(password));
    expect(screen()).not.toContain(decodeURIComponent(password));
    expect((await runCommand(['plan', '-c', file])).stderr).not.toContain('SourceAuthentication');
  });

  test('writes nothing where it is ended', async () => {
    const file = newFile();
    session = startInTerminal(['init', file]);
    const { answer, ended, screen } = session;
    await answer('Host of PostgreSQL', KEYS.interrupt);
    expect(await ended).toBe(130);
    expect(screen()).toContain('Nothing was written');
    expect(() => statSync(file)).toThrow();
  });
});
