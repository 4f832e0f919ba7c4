import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

import { type LocalServer, type ServerOptions, ServerStartFailure, startServer } from '../processes/local-server';
import { runToEnd } from '../processes/run-to-end';
import { openServerHome, type ServerHome } from '../processes/server-home';
import { startAtFreePorts } from '../processes/start-at-free-ports';
import type { ServerCommand } from '../processes/supervisor';
import { refuseClosedFolders } from '../programs/closed-folders';
import { findPostgres, makeReachable, type PostgresProgram } from '../programs/postgres-program';

/** Options of {@link startPostgres}. */
export interface PostgresOptions extends ServerOptions {
  /** Further settings: `{ max_prepared_transactions: '10' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Folder of the npm package that holds another version of PostgreSQL.
   * @default the installed one
   */
  readonly packageFolder?: string;
}

/** Milliseconds that the processes of a killed server may take to leave its data. */
const RELEASE_MS = 15_000;

/**
 * Starts a PostgreSQL server on the loopback interface, with commit timestamps on; the first start in a folder makes a
 * cluster with the superuser `postgres` and a random password.
 *
 * @throws MissingPrerequisites, ServerStartFailure, SyncFailure `LocalStack` where its folder is closed to its account
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<LocalServer> {
  const deadline = Date.now() + RELEASE_MS;
  for (;;) {
    try {
      return await startAtFreePorts([options.port], ([port]) => startOnce(port, options));
    } catch (error) {
      // After a crash the old server's processes leave its shared memory a moment later: until then a start is refused.
      const inUse =
        error instanceof ServerStartFailure && /shared memory block|lock file|already in use/i.test(error.output);
      if (!inUse || Date.now() > deadline) throw error;
      await delay(200);
    }
  }
}

async function startOnce(port: number, options: PostgresOptions): Promise<LocalServer> {
  const found = await findPostgres(options.packageFolder);
  const home = await openServerHome('postgres', options.dataDir, found.account);
  try {
    if (found.account !== undefined) await refuseClosedFolders(home.path, found.account);
    const program = await makeReachable(found, home);
    const password = await preparePassword(home, program);
    if (!existsSync(join(home.path, 'data', 'PG_VERSION'))) await initializeCluster(program, home);
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const command = postgresCommand(program, home, port, options);
    return { ...(await startServer('PostgreSQL', home, command, () => postgresAnswers(url))), url, port };
  } catch (error) {
    await home.supervisor.close();
    throw error;
  }
}

/** True when the server takes a connection and a query. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function postgresCommand(
  { postgres, account }: PostgresProgram,
  home: ServerHome,
  port: number,
  { dataDir, settings }: PostgresOptions,
): ServerCommand {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    track_commit_timestamp: 'on',
    wal_level: 'logical',
    max_connections: '200',
    max_prepared_transactions: '10',
    // Only a crash of the whole machine needs it, and then a temporary folder is worth nothing.
    ...(dataDir === undefined ? { fsync: 'off' } : {}),
    ...settings,
  };
  return {
    file: postgres,
    args: [
      '-D',
      join(home.path, 'data'),
      '-p',
      String(port),
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    directory: home.path,
    ...account,
    logFile: home.logFile,
    // Fast shutdown; the supervisor's next step, SIGQUIT, is an immediate one.
    stopSignal: 'SIGINT',
  };
}

async function preparePassword(home: ServerHome, { account }: PostgresProgram): Promise<string> {
  const file = join(home.path, 'password');
  if (!existsSync(file)) {
    await writeFile(file, randomBytes(12).toString('hex'), { mode: 0o600 });
    if (account !== undefined) await chown(file, account.uid, account.gid);
  }
  return readFile(file, 'utf8');
}

async function initializeCluster(program: PostgresProgram, home: ServerHome): Promise<void> {
  const { initdb, account } = program;
  await rm(join(home.path, 'data'), { recursive: true, force: true });
  await runToEnd(home.supervisor, {
    file: initdb,
    args: [
      `--pgdata=${join(home.path, 'data')}`,
      '--username=postgres',
      `--pwfile=${join(home.path, 'password')}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      ...localeOptions(program),
      '--no-sync',
    ],
    directory: home.path,
    ...account,
    logFile: join(home.path, 'initdb.log'),
  });
}

/** Orders by bytes and knows the letters of all languages; before 17 the operating system has to know them. */
function localeOptions({ majorVersion }: PostgresProgram): readonly string[] {
  if (majorVersion < 17) return ['--locale=C', '--lc-ctype=C.UTF-8'];
  return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
}
