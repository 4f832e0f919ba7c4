import type { SourceSettings, SourceTls } from '../../../src/config/settings/settings';
import { closeSource } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { probeSource } from '../../../src/postgres/server/probe-source';
import { type Authority, createAuthority, encryptKey, type Identity } from '../../support/certificates';
import { type EncryptedPostgres, startEncryptedPostgres } from '../../support/encrypted-postgres';
import { eventually } from '../../support/eventually';
import { startMiddleman } from '../../support/middleman';
import { runSql } from '../../support/mortal-postgres';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

const ACCESS = [
  'hostssl all certified all cert',
  'hostssl all twofold all scram-sha-256 clientcert=verify-ca',
  'hostnossl all encrypted all reject',
  'hostnossl all unlisted all scram-sha-256',
  'hostssl all unlisted all reject',
];
const PASSWORD = 'hunter2-must-not-show';

const SLEEPERS = `select pid from pg_stat_activity where usename = 'encrypted' and state = 'active'`;

let authority: Authority;
let stranger: Authority;
let valid: Identity;
let server: EncryptedPostgres;
let database: TestDatabase;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority('pgferry test'), createAuthority('somebody else')]);
  valid = await authority.issue({ hosts: ['localhost'] });
  server = await startEncryptedPostgres(valid, authority, ACCESS);
  database = await createDatabase(server.url);
  for (const role of ['certified', 'twofold', 'encrypted', 'unlisted'])
    await database.sql(`create role ${role} login password '${PASSWORD}'`);
});

afterAll(async () => {
  await database.drop();
  await server.stop();
});

/** Connects by the name in the certificate, unless told otherwise. */
function open(tls: SourceTls | undefined, changes: Partial<SourceSettings> = {}) {
  return openTestSource(database, { host: 'localhost', ...(tls === undefined ? {} : { tls }), ...changes });
}

/** How the server sees a connection. */
async function connect(tls: SourceTls | undefined, changes: Partial<SourceSettings> = {}) {
  const source = open(tls, changes);
  try {
    const rows = await withTransaction(
      source,
      (tx) => tx.query<{ readonly ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()'),
      { activity: 'connecting' },
    );
    return rows[0]?.ssl === true ? 'encrypted' : 'plain';
  } finally {
    await closeSource(source);
  }
}

const ca = () => authority.certificate;

describe('the mode', () => {
  const WRONG_NAME = { host: '127.0.0.1' };

  test('disable sends everything in the clear', async () => {
    expect(await connect(undefined)).toBe('plain');
  });

  test('require encrypts, whoever the server is', async () => {
    expect(await connect({ mode: 'require' })).toBe('encrypted');
    expect(await connect({ mode: 'require' }, WRONG_NAME)).toBe('encrypted');
  });

  test('require with a CA checks who signed the server, as in libpq', async () => {
    expect(await connect({ mode: 'require', ca: ca() }, WRONG_NAME)).toBe('encrypted');
    await expect(connect({ mode: 'require', ca: stranger.certificate })).rejects.toThrow('not signed by');
  });

  test('verify-ca checks who signed the server, and not its name', async () => {
    expect(await connect({ mode: 'verify-ca', ca: ca() })).toBe('encrypted');
    expect(await connect({ mode: 'verify-ca', ca: ca() }, WRONG_NAME)).toBe('encrypted');
  });

  test('verify-full checks the name, too', async () => {
    expect(await connect({ mode: 'verify-full', ca: ca() })).toBe('encrypted');
    await expect(connect({ mode: 'verify-full', ca: ca() }, WRONG_NAME)).rejects.toThrow('another host than 127.0.0.1');
  });
});

describe('what keeps a connection from being secure ends the sync, and says why', () => {
  const client = () => ({ mode: 'verify-full', ca: ca() }) as const;
  const CASES: readonly (readonly [
    trouble: string,
    tls: () => SourceTls | undefined,
    changes: Partial<SourceSettings>,
    expected: { readonly type: string; readonly message: RegExp; readonly remedy: RegExp },
  ])[] = [
    [
      'a CA that did not sign the server',
      () => ({ mode: 'verify-full', ca: stranger.certificate }),
      {},
      { type: 'InvalidConfig', message: /not signed by the given ssl_ca/, remedy: /ssl_ca/ },
    ],
    [
      'a private CA that is not given',
      () => ({ mode: 'verify-full' }),
      {},
      { type: 'InvalidConfig', message: /not signed by an authority that Node\.js trusts/, remedy: /ssl_ca/ },
    ],
    [
      'another host name',
      client,
      { host: '127.0.0.1' },
      { type: 'InvalidConfig', message: /another host than 127\.0\.0\.1/, remedy: /ssl_mode: verify-ca/ },
    ],
    [
      'a certificate that the client lacks',
      client,
      { username: 'twofold', password: PASSWORD },
      { type: 'SourceAuthentication', message: /valid client certificate/, remedy: /ssl_cert/ },
    ],
    [
      'no encryption where the server wants it',
      () => undefined,
      { username: 'encrypted', password: PASSWORD },
      { type: 'SourceAuthentication', message: /pg_hba\.conf/, remedy: /ssl_enabled: true/ },
    ],
    [
      'encryption where pg_hba.conf has no line for it',
      client,
      { username: 'unlisted', password: PASSWORD },
      { type: 'SourceAuthentication', message: /pg_hba\.conf/, remedy: /pg_hba\.conf/ },
    ],
  ];

  const failureOf = async (tls: SourceTls | undefined, changes: Partial<SourceSettings>): Promise<unknown> => {
    const source = open(tls, changes);
    try {
      return await probeSource(source).catch((error: unknown) => error);
    } finally {
      await closeSource(source);
    }
  };
  const expectFailure = (failure: unknown, { type, message, remedy }: (typeof CASES)[number][3]) => {
    expect(failure).toMatchObject({
      type,
      retryable: false,
      message: expect.stringMatching(message) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
    expect(JSON.stringify(failure)).not.toContain(PASSWORD);
  };

  test.each(CASES)('%s', async (_trouble, tls, changes, expected) => {
    expectFailure(await failureOf(tls(), changes), expected);
  });

  test('a certificate of the client that the server does not know', async () => {
    const { certificate, key } = await stranger.issue({ name: 'twofold' });
    const failure = await failureOf(
      { ...client(), cert: certificate, key },
      { username: 'twofold', password: PASSWORD },
    );
    expectFailure(failure, {
      type: 'InvalidConfig',
      message: /does not accept the certificate that pgferry shows/,
      remedy: /ssl_cert/,
    });
  });

  test('a certificate of the server that has expired', async () => {
    await server.show(await authority.issue({ hosts: ['localhost'], validity: 'expired' }));
    const failure = await failureOf(client(), {});
    await server.show(valid);
    expectFailure(failure, { type: 'InvalidConfig', message: /has expired/, remedy: /Renew/ });
  });
});

describe('logging in', () => {
  test('by a certificate alone, whose key has a passphrase', async () => {
    const { certificate, key } = await authority.issue({ name: 'certified' });
    const tls = { mode: 'verify-full', ca: ca(), cert: certificate, key: encryptKey(key, PASSWORD) } as const;
    const changes = { username: 'certified', password: '' };
    expect(await connect({ ...tls, passphrase: PASSWORD }, changes)).toBe('encrypted');
  });

  test('by a certificate and a password', async () => {
    const { certificate, key } = await authority.issue({ name: 'anybody' });
    const tls = { mode: 'verify-full', ca: ca(), cert: certificate, key } as const;
    expect(await connect(tls, { username: 'twofold', password: PASSWORD })).toBe('encrypted');
  });

  test('can not be passed on by somebody in the middle, even where no certificate is checked', async () => {
    const middleman = await startMiddleman(server.port, await stranger.issue({ hosts: ['localhost'] }));
    const changes = { port: middleman.port, username: 'encrypted', password: PASSWORD };
    await expect(connect({ mode: 'require' }, changes)).rejects.toMatchObject({
      type: 'SourceAuthentication',
      message: expect.stringContaining('channel binding') as string,
      remedy: expect.stringContaining('channel_binding: disable') as string,
    });
    expect(await connect({ mode: 'require', channelBinding: 'disable' }, changes)).toBe('encrypted');
    await middleman.close();
  });
});

test('a statement that nobody waits for any more is ended by a request that nobody can overhear', async () => {
  const middleman = await startMiddleman(server.port, await stranger.issue({ hosts: ['localhost'] }));
  const changes = { port: middleman.port, username: 'encrypted', password: PASSWORD };
  const source = open({ mode: 'require', channelBinding: 'disable' }, changes);
  const stop = new AbortController();
  const reading = withTransaction(source, (tx) => tx.query('select pg_sleep(60)'), { signal: stop.signal });
  const isRunning = async () => (await runSql(server.url, SLEEPERS)).length > 0;
  await eventually('the statement runs', isRunning);
  stop.abort(new Error('stopped'));
  await expect(reading).rejects.toThrow('stopped');
  await eventually('the statement has ended', async () => !(await isRunning()), 10_000);
  expect(middleman.overheard()).toBe(0);
  await closeSource(source);
  await middleman.close();
});
