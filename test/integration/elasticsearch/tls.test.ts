import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ElasticsearchSettings } from '../../../src/config/settings/settings';
import { createBulkWriter } from '../../../src/elasticsearch/bulk-writer/bulk-writer';
import { connectElasticsearch } from '../../../src/elasticsearch/connection/connect-elasticsearch';
import { probeElasticsearch } from '../../../src/elasticsearch/connection/probe-elasticsearch';
import type { LocalServer } from '../../../src/stack/processes/local-server';
import { startElasticsearch } from '../../../src/stack/servers/start-elasticsearch';
import { indexBody } from '../../support/bulk-body';
import { type Authority, createAuthority, fingerprintOf, type Identity } from '../../support/certificates';
import { elasticsearchUrl } from '../../support/elasticsearch';
import { startTlsProxy } from '../../support/tls-proxy';

const PASSWORD = 'hunter2-must-not-show';

let root: Authority;
let middle: Authority;
let stranger: Authority;
let client: Identity;
let server: LocalServer;

beforeAll(async () => {
  [root, stranger] = await Promise.all([createAuthority('pgferry test'), createAuthority('somebody else')]);
  middle = await root.delegate('pgferry test http');
  client = await root.issue({ name: 'pgferry' });
  const shown = await middle.issue({ hosts: ['localhost'] });
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-tls-'));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  server = await startElasticsearch({
    security: {
      password: PASSWORD,
      tls: {
        certificate: write('http.crt', shown.certificate + middle.certificate + root.certificate),
        key: write('http.key', shown.key),
      },
    },
    settings: {
      'xpack.security.http.ssl.client_authentication': 'required',
      'xpack.security.http.ssl.certificate_authorities': write('clients.crt', root.certificate),
    },
  });
});

afterAll(async () => {
  await server.stop();
});

/** Everything right but for the changes. */
function settings(changes: Partial<ElasticsearchSettings> = {}): ElasticsearchSettings {
  return {
    host: `https://localhost:${server.port}`,
    username: 'elastic',
    password: PASSWORD,
    clientCert: client.certificate,
    clientKey: client.key,
    verifyCerts: true,
    requestTimeoutMs: 10_000,
    ...changes,
  };
}

async function probe(used: ElasticsearchSettings) {
  const opened = connectElasticsearch(used);
  try {
    return await probeElasticsearch(opened);
  } finally {
    await opened.close();
  }
}

async function expectFailure(used: ElasticsearchSettings, message: RegExp, remedy: RegExp): Promise<void> {
  const failure: unknown = await probe(used).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    type: 'InvalidConfig',
    retryable: false,
    message: expect.stringMatching(message) as string,
    remedy: expect.stringMatching(remedy) as string,
  });
  expect(JSON.stringify(failure)).not.toContain(PASSWORD);
}

const REACHED = { version: expect.stringMatching(/^\d/) as string };

describe('Elasticsearch is known by', () => {
  test('the CA that signed it', async () => {
    expect(await probe(settings({ ca: root.certificate }))).toMatchObject(REACHED);
  });

  test('the fingerprint of that CA, or of one in between', async () => {
    expect(await probe(settings({ caFingerprint: fingerprintOf(root) }))).toMatchObject(REACHED);
    expect(await probe(settings({ caFingerprint: fingerprintOf(middle) }))).toMatchObject(REACHED);
    const bare = fingerprintOf(root).replaceAll(':', '').toLowerCase();
    expect(await probe(settings({ caFingerprint: bare }))).toMatchObject(REACHED);
  });

  test('a name of its own', async () => {
    const used = settings({ host: `https://127.0.0.1:${server.port}`, ca: root.certificate });
    await expectFailure(used, /another host than 127\.0\.0\.1/, /server_name/);
    expect(await probe({ ...used, serverName: 'localhost' })).toMatchObject(REACHED);
    await expectFailure({ ...used, serverName: 'elsewhere' }, /another host than elsewhere/, /server_name/);
  });

  test('nothing, when its certificate is not checked', async () => {
    const used = settings({ host: `https://127.0.0.1:${server.port}`, verifyCerts: false });
    expect(await probe(used)).toMatchObject(REACHED);
  });
});

describe('what keeps a connection from being secure ends the sync, and says why:', () => {
  test('a CA that did not sign the server', async () => {
    await expectFailure(settings({ ca: stranger.certificate }), /not signed by the given ca/, /elasticsearch\.ca/);
  });

  test('a private CA that is not given', async () => {
    await expectFailure(settings(), /not signed by an authority that Node\.js trusts/, /elasticsearch\.ca/);
  });

  test('a fingerprint that no certificate has', async () => {
    const used = settings({ caFingerprint: fingerprintOf(stranger) });
    await expectFailure(used, /no certificate that it shows has the given fingerprint/, /ca_fingerprint/);
  });

  test('another host name, also with the right fingerprint', async () => {
    const used = settings({ host: `https://127.0.0.1:${server.port}`, caFingerprint: fingerprintOf(root) });
    await expectFailure(used, /another host than 127\.0\.0\.1/, /server_name/);
  });

  test('no certificate for a server that asks for one', async () => {
    const { clientCert, clientKey, ...used } = settings({ ca: root.certificate });
    expect([clientCert, clientKey]).not.toContain(undefined);
    await expectFailure(used, /asks for a certificate, and none is given/, /client_cert/);
  });

  test('a certificate of the client that the server does not know', async () => {
    const { certificate, key } = await stranger.issue({ name: 'pgferry' });
    const used = settings({ ca: root.certificate, clientCert: certificate, clientKey: key });
    await expectFailure(used, /does not accept the certificate that pgferry shows/, /client_cert/);
  });

  test('http:// for a server that speaks TLS', async () => {
    await expectFailure(settings({ host: `http://localhost:${server.port}` }), /speaks TLS only/, /https:\/\//);
  });

  test('https:// for a server that does not', async () => {
    const used = settings({ host: elasticsearchUrl().replace('http:', 'https:'), ca: root.certificate });
    await expectFailure(used, /speaks no TLS/, /http:\/\//);
  });

  /** Runs an action against a server that shows other certificates. */
  const showing = async (shown: Identity, action: (host: string) => Promise<void>) => {
    const proxy = await startTlsProxy({ host: '127.0.0.1', port: Number(new URL(elasticsearchUrl()).port) }, shown);
    await action(`https://localhost:${proxy.port}`).finally(() => proxy.close());
  };

  test('a certificate of the server that has expired', async () => {
    await showing(await root.issue({ hosts: ['localhost'], validity: 'expired' }), async (host) => {
      await expectFailure(settings({ host, ca: root.certificate }), /has expired/, /Renew/);
    });
  });

  test('the CA with the given fingerprint, shown by somebody whom it did not sign', async () => {
    // Who claims to be signed by a CA of that name, and shows its certificate, which is no secret.
    const namesake = await createAuthority('pgferry test');
    const { certificate, key } = await namesake.issue({ hosts: ['localhost'] });
    await showing({ certificate: certificate + root.certificate, key }, async (host) => {
      const used = settings({ host, caFingerprint: fingerprintOf(root) });
      await expectFailure(used, /not signed by the one with the given fingerprint/, /elasticsearch\.ca/);
    });
  });

  test('a bulk that meets a server whom nobody vouches for is not sent again', async () => {
    await showing(await stranger.issue({ hosts: ['localhost'] }), async (host) => {
      const opened = connectElasticsearch(settings({ host, ca: root.certificate }));
      const writer = createBulkWriter({
        client: opened,
        target: 'anywhere',
        requireAlias: true,
        deadLetters: 'anywhere-rejected',
        connectorId: 'shop',
        jobId: 'job-1',
        newestVersion: 1,
        retryForMs: 5_000,
      });
      const { acknowledged } = await writer.accept(indexBody([{ id: 'a', source: {} }]), 'public.item');
      await expect(acknowledged).rejects.toMatchObject({ type: 'InvalidConfig', retryable: false });
      await writer.close();
      await opened.close();
    });
  });
});
