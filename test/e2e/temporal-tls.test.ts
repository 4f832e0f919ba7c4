import type { TemporalSettings } from '../../src/config/settings/settings';
import { connectTemporal } from '../../src/temporal/connect-temporal';
import { type ApiKeyGateway, startApiKeyGateway } from '../support/api-key-gateway';
import { type Authority, createAuthority, encryptKey, type Identity } from '../support/certificates';
import { expectClearMessage } from '../support/clear-message';
import { readJson, runCommand, runInProcess } from '../support/command-line';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { temporalAddress } from '../support/temporal-address';
import { startTlsProxy, type TlsProxy } from '../support/tls-proxy';

const API_KEY = 'hunter2-must-not-show';
const PASSPHRASE = 'hunter3-must-not-show';
const SECRETS = [API_KEY, PASSPHRASE];

let authority: Authority;
let stranger: Authority;
let client: Identity;
let open: TlsProxy;
let expired: TlsProxy;
let mutual: TlsProxy;
let gateway: ApiKeyGateway;
let database: TestDatabase;
const indices: string[] = [];

beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority('pgferry test'), createAuthority('somebody else')]);
  client = await authority.issue({ name: 'pgferry' });
  const valid = await authority.issue({ hosts: ['localhost'] });
  const [host = '', port = ''] = temporalAddress().split(':');
  const target = { host, port: Number(port) };
  open = await startTlsProxy(target, valid);
  mutual = await startTlsProxy(target, valid, authority.certificate);
  expired = await startTlsProxy(target, await authority.issue({ hosts: ['localhost'], validity: 'expired' }));
  gateway = await startApiKeyGateway(temporalAddress(), valid, API_KEY);
  database = await createDatabase();
  await database.sql('create table item (id int primary key); insert into item select generate_series(1, 10)');
});

afterAll(async () => {
  await Promise.all([open, mutual, expired, gateway].map(({ close }) => close()));
  const elasticsearch = connectElasticsearch();
  for (const index of indices) await deleteIndices(elasticsearch, index);
  await elasticsearch.close();
  await database.drop();
});

/** A configuration that reaches Temporal through one of the servers above. */
function configure(temporal: Readonly<Record<string, unknown>>): string {
  const connector = connectorEntry(database);
  indices.push(connector.index_name);
  return writeConfiguration({ connectors: [connector], temporal });
}

describe('a sync runs, workers included', () => {
  const syncWith = async (temporal: Readonly<Record<string, unknown>>) =>
    readJson(await runCommand(['sync', '--json', '-c', configure(temporal)]));
  const SYNCED = { status: 'completed', indexed: 10 };

  test('with certificates of both sides, the key protected by a passphrase', async () => {
    const tls = {
      ca: authority.certificate,
      cert: client.certificate,
      key: encryptKey(client.key, PASSPHRASE),
      key_passphrase: PASSPHRASE,
    };
    expect(await syncWith({ address: `localhost:${mutual.port}`, tls })).toMatchObject(SYNCED);
    expect(mutual.connections()).toBeGreaterThan(0);
  });

  test('with an API key', async () => {
    const temporal = { address: `localhost:${gateway.port}`, api_key: API_KEY, tls: { ca: authority.certificate } };
    expect(await syncWith(temporal)).toMatchObject(SYNCED);
  });
});

describe('what keeps a connection from being secure is told at once:', () => {
  const connect = async (port: number, changes: Partial<TemporalSettings>, host = 'localhost') => {
    const settings = {
      ...{ address: `${host}:${port}`, namespace: 'default', taskQueue: 'any', heartbeatMs: 3_000 },
      ...changes,
    };
    const opened = await connectTemporal(settings);
    await opened.connection.close();
  };
  const expectFailure = async (connecting: Promise<void>, message: RegExp, remedy: RegExp) => {
    await expect(connecting).rejects.toMatchObject({
      type: 'InvalidConfig',
      message: expect.stringMatching(message) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  };
  const trusted = () => ({ ca: authority.certificate });

  test('nothing, with the CA that signed it', async () => {
    await connect(open.port, { tls: trusted() });
  });

  test('a CA that did not sign the server', async () => {
    const tls = { ca: stranger.certificate };
    await expectFailure(connect(open.port, { tls }), /not signed by the given temporal\.tls\.ca/, /temporal\.tls\.ca/);
  });

  test('a private CA that is not given', async () => {
    const message = /not signed by an authority that Node\.js trusts/;
    await expectFailure(connect(open.port, { tls: {} }), message, /temporal\.tls\.ca/);
  });

  test('another host name, unless its own is given', async () => {
    const connecting = connect(open.port, { tls: trusted() }, '127.0.0.1');
    await expectFailure(connecting, /another host than 127\.0\.0\.1/, /server_name/);
    await connect(open.port, { tls: { ...trusted(), serverName: 'localhost' } }, '127.0.0.1');
  });

  test('a certificate that has expired', async () => {
    await expectFailure(connect(expired.port, { tls: trusted() }), /has expired/, /Renew/);
  });

  test('no certificate for a server that asks for one', async () => {
    const connecting = connect(mutual.port, { tls: trusted() });
    await expectFailure(connecting, /asks for a certificate, and none is given/, /tls\.cert/);
  });

  test('TLS with a server that speaks none', async () => {
    const port = Number(temporalAddress().split(':')[1]);
    await expectFailure(connect(port, { tls: {} }), /speaks no TLS/, /temporal\.tls/);
  });

  test('no TLS with a server that speaks it', async () => {
    await expectFailure(connect(open.port, {}), /speaks TLS only/, /temporal\.tls: true/);
  });

  test('a missing or wrong API key', async () => {
    const tls = trusted();
    await expectFailure(connect(gateway.port, { tls }), /asks for an API key/, /temporal\.api_key/);
    const wrong = { tls, apiKey: 'wrong' };
    await expectFailure(connect(gateway.port, wrong), /does not accept the API key/, /temporal\.api_key/);
  });

  test('by check and sync alike, without the secrets', async () => {
    const temporal = { address: `localhost:${gateway.port}`, api_key: API_KEY, tls: { ca: stranger.certificate } };
    const file = configure(temporal);
    for (const command of ['check', 'sync']) {
      const result = await runInProcess([command, '-c', file]);
      expectClearMessage(result, { code: 2, names: [/not signed by/, /temporal\.tls\.ca_file/], secrets: SECRETS });
    }
  });
});
