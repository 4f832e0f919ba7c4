import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { postgresAnswers } from '../../../src/stack/servers/start-postgres';
import { debianProgram } from '../../support/debian-program';
import { eventually } from '../../support/eventually';
import { findClosedPort } from '../../support/sick-server';

/** When PgBouncer gives a connection to the next client. */
export type PoolMode = 'session' | 'transaction' | 'statement';

/** PgBouncer in front of a database. */
export interface PgBouncer {
  /** Where the database is now. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** PgBouncer runs as anybody but root. */
const NOBODY = 65_534;

/** @param database - address of the database, with its role and password */
export async function startPgBouncer(mode: PoolMode, database: string): Promise<PgBouncer> {
  const program = await debianProgram('pgbouncer');
  const { hostname, port, username, password, pathname } = new URL(database);
  const name = pathname.slice(1);
  const folder = await mkdtemp(join(tmpdir(), 'pgferry-pgbouncer-'));
  const listenPort = await findClosedPort();
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: listenPort,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: join(folder, 'users'),
    pool_mode: mode,
    default_pool_size: 5,
    server_reset_query: 'DISCARD ALL',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  const target = `${name} = host=${hostname} port=${port} dbname=${name}`;
  await writeFile(join(folder, 'pgbouncer.ini'), ['[databases]', target, '[pgbouncer]', ...lines, ''].join('\n'));
  await writeFile(join(folder, 'users'), `"${username}" "${password}"\n`);
  await chown(join(folder, 'users'), NOBODY, NOBODY);
  await chmod(folder, 0o755);
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(program, ['-q', join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...account });
  const url = new URL(database);
  url.port = String(listenPort);
  await eventually('PgBouncer answers', () => postgresAnswers(url.href));
  return {
    url: url.href,
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}
