import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expectClearMessage } from '../support/clear-message';
import { runCommand } from '../support/command-line';
import { elasticsearchUrl } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql('create table item (id integer primary key, label text)');
});

afterAll(() => database.drop());

const newFile = () => join(mkdtempSync(join(tmpdir(), 'pgferry-init-')), 'shop.yml');
const init = (file: string, ...options: readonly string[]) =>
  runCommand(['init', file, '--postgres', database.url, '--elasticsearch', elasticsearchUrl(), ...options]);

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
