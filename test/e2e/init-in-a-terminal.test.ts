import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
/** Types over what is proposed. */
const type = (text: string) => `${'\u007f'.repeat(40)}${text}${KEYS.enter}`;

const secretOf = ({ url }: TestDatabase) => decodeURIComponent(new URL(url).password);

async function answerPostgres({ answer }: TerminalSession, { name, url }: TestDatabase, secret: string): Promise<void> {
  const { hostname, port, username } = new URL(url);
  await answer('Host of PostgreSQL', type(hostname));
  await answer('Port', type(port));
  await answer('Database', type(name));
  await answer('User', type(decodeURIComponent(username)));
  await answer('Password', type(secret));
}

describe('pgferry init in a terminal', () => {
  let session: TerminalSession;

  afterEach(() => {
    session.close();
  });

  test('asks for servers until they answer, lists tables, and writes a file that check accepts', async () => {
    const file = newFile();
    const secret = secretOf(database);
    session = startInTerminal(['init', file]);
    const { answer, ended, screen } = session;
    await answerPostgres(session, database, 'not the password');
    await answer('password authentication failed', '');
    await answerPostgres(session, database, secret);
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
    expect(readFileSync(file.replace(/yml$/u, 'pgpassword'), 'utf8')).toBe(secret);
    expect(screen()).not.toContain(secret);
    expect((await runCommand(['plan', '-c', file])).stderr).not.toContain('SourceAuthentication');
  });

  test('offers what it finds: schemas, tables with their rows, trees, and what else the servers ask for', async () => {
    const shop = await createDatabase();
    await shop.sql(`
      create table customer (id integer primary key, name text);
      create table purchase (id integer primary key, customer_id integer references customer);
      create table keyless (name text);
      create schema zoo;
      create table zoo.animal (id integer primary key);
      create table zoo.keeper (id integer primary key);
      insert into zoo.animal select n from generate_series(1, 1234) as n;
      analyze zoo.animal`);
    const file = newFile();
    session = startInTerminal(['init', file]);
    const { answer, ended, screen } = session;
    await answerPostgres(session, shop, secretOf(shop));
    await answer('Address of Elasticsearch', type(elasticsearchUrl()));
    await answer('It asks for', KEYS.down + KEYS.enter);
    await answer('◆  API key', type('a-key-of-the-test'));
    await answer('Schemas to sync', KEYS.down + KEYS.space + KEYS.enter);
    await answer('All 2 tables of public', KEYS.enter);
    await answer('All 2 tables of zoo', KEYS.right + KEYS.enter);
    await answer('about 1,234 rows', KEYS.space + KEYS.enter);
    await answer('Propose documents of several tables, as comments, for ', KEYS.enter);
    await answer('Find changes within a second', KEYS.right + KEYS.enter);
    await answer('Passwords and keys go', KEYS.down + KEYS.enter);
    expect(await ended).toBe(0);
    expect(screen()).toContain('2 tables, and 1 without a key or a grant');
    expect(screen()).toMatch(/Set .*PGPASSWORD/u);
    for (const secret of [secretOf(shop), 'a-key-of-the-test']) expect(screen()).not.toContain(secret);

    const text = readFileSync(file, 'utf8');
    expect(text.match(/connector_id: \S+/gu)).toHaveLength(2);
    expect(text).toContain("tables: '*'");
    expect(text).toContain('tables: ["animal"]');
    expect(text).toContain('api_key: ${ES_API_KEY}');
    expect(text).toContain('password: ${PGPASSWORD}');
    expect(text.match(/^ {4}continuous:/gmu)).toHaveLength(2);
    expect(text).toMatch(/^ {4}# {3}nested:$/mu);
    const environment = { PGPASSWORD: secretOf(shop), ES_API_KEY: 'a-key-of-the-test' };
    const ids = [...text.matchAll(/connector_id: (\S+)/gu)].map(([, id = '']) => id);
    for (const id of ids) expect(await runCommand(['plan', id, '-c', file], environment)).toMatchObject({ code: 0 });
    await shop.drop();
  });

  test('asks nothing by --yes', async () => {
    const file = newFile();
    session = startInTerminal(['init', '--yes', file]);
    expect(await session.ended).toBe(0);
    expect(session.screen()).not.toContain('Host of PostgreSQL');
    expect(readFileSync(file, 'utf8')).toContain('connectors:');
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
