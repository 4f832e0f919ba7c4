import { type Authority, createAuthority } from '../support/certificates';
import { expectClearMessage } from '../support/clear-message';
import { readJson, runCommand, runInProcess } from '../support/command-line';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../support/elasticsearch';
import { type EncryptedPostgres, startEncryptedPostgres } from '../support/encrypted-postgres';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { startTlsProxy, type TlsProxy } from '../support/tls-proxy';

let authority: Authority;
let stranger: Authority;
let postgres: EncryptedPostgres;
let elasticsearch: TlsProxy;
let database: TestDatabase;
const indices: string[] = [];

beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority('pgferry test'), createAuthority('somebody else')]);
  const shown = await authority.issue({ hosts: ['localhost'] });
  postgres = await startEncryptedPostgres(shown, authority, []);
  elasticsearch = await startTlsProxy({ host: '127.0.0.1', port: Number(new URL(elasticsearchUrl()).port) }, shown);
  database = await createDatabase(postgres.url);
  await database.sql('create table item (id int primary key); insert into item select generate_series(1, 10)');
});

afterAll(async () => {
  await elasticsearch.close();
  const client = connectElasticsearch();
  for (const index of indices) await deleteIndices(client, index);
  await client.close();
  await database.drop();
  await postgres.stop();
});

/** Everything encrypted, with these authorities; as Kibana stores it, PostgreSQL's is a single line. */
function configure(source: Authority, destination: Authority, more: Readonly<Record<string, unknown>> = {}): string {
  const ssl = { host: 'localhost', ssl_enabled: true, ssl_ca: source.certificate.replaceAll('\n', ' ') };
  const connector = connectorEntry(database, ssl);
  indices.push(connector.index_name);
  const host = `https://localhost:${elasticsearch.port}`;
  return writeConfiguration({ connectors: [connector], elasticsearch: { host, ca: destination.certificate, ...more } });
}

test('a sync runs with both databases encrypted and known by their CAs', async () => {
  const result = await runCommand(['sync', '--json', '-c', configure(authority, authority)]);
  expect(readJson(result)).toMatchObject({ status: 'completed', indexed: 10 });
});

test('a certificate that is not checked is warned of by every command, loudly', async () => {
  const file = configure(authority, stranger, { verify_certs: false });
  const result = await runInProcess(['check', '-c', file]);
  expect(result.code).toBe(0);
  expect(result.stderr).toMatch(/WARNING elasticsearch\.verify_certs is false: .* can pose as Elasticsearch/);
});

describe.each([
  ['PostgreSQL', () => configure(stranger, authority), 'ssl_ca'],
  ['Elasticsearch', () => configure(authority, stranger), 'elasticsearch.ca_file'],
] as const)('a CA that did not sign %s', (server, write, setting) => {
  test.each(['check', 'plan', 'sync'])('ends %s with the reason and the remedy', async (command) => {
    const run = command === 'sync' ? runCommand : runInProcess;
    const result = await run([command, '-c', write()]);
    expectClearMessage(result, { code: 2, names: [server, 'is not signed by the given', setting] });
  });
});
