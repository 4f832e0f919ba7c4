import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

import type { LocalServer } from '../../src/stack/processes/local-server';
import { type PostgresOptions, startPostgres } from '../../src/stack/servers/start-postgres';
import { eventually } from './eventually';
import { isAlive } from './is-alive';

const run = promisify(execFile);

/** A PostgreSQL server of a test's own that crashes, is restored from a copy of its data, and is copied to be a standby. */
export interface MortalPostgres {
  readonly url: string;
  readonly port: number;
  /**
   * Runs statements in a session of their own.
   * @returns the rows of a single one
   */
  readonly sql: (text: string) => Promise<Record<string, unknown>[]>;
  /** From now on the log is written for those only who wait for it. */
  readonly holdLog: () => Promise<void>;
  /** Immediate shutdown, as after a failure of the machine's power: what is not written to the log is lost. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Copies the data of the server, which must be stopped. */
  readonly copyTo: (folder: string) => Promise<void>;
  /** Puts such a copy in place of the data of the server, which must be stopped. */
  readonly restoreFrom: (folder: string) => Promise<void>;
}

/** A log that is written every 3 seconds unless somebody waits for it, so that a crash loses what nobody waited for. */
const SETTINGS = { fsync: 'off', wal_writer_delay: '3s' };

/**
 * @param folder - takes the data, or holds a copy of another server's
 * @param settings - of the server, beside those of every such one
 */
export async function startMortalPostgres(
  folder: string,
  settings: PostgresOptions['settings'] = {},
): Promise<MortalPostgres> {
  const options = { dataDir: folder, settings: { ...SETTINGS, ...settings } };
  let server: LocalServer = await startPostgres(options);
  const { url, port } = server;
  let heldWriter: number | undefined;
  return {
    url,
    port,
    sql: (text) => runSql(url, text),
    holdLog: async () => {
      const [writer] = await runSql(url, `select pid from pg_stat_activity where backend_type = 'walwriter'`);
      heldWriter = Number(writer?.['pid']);
      process.kill(heldWriter, 'SIGSTOP');
    },
    crash: async () => {
      process.kill(server.pid, 'SIGQUIT');
      if (heldWriter !== undefined) process.kill(heldWriter, 'SIGKILL');
      heldWriter = undefined;
      await eventually('PostgreSQL has ended', () => !isAlive(server.pid));
      await server.stop();
    },
    stop: () => server.stop(),
    start: async () => {
      server = await startPostgres({ ...options, port });
    },
    copyTo: (target) => copyFolder(folder, target),
    restoreFrom: async (source) => {
      await rm(folder, { recursive: true });
      await copyFolder(source, folder);
    },
  };
}

/** Lets a copy of a server's data be that of a standby, which follows the server until `pg_promote()`. */
export async function makeStandby(folder: string, primary: MortalPostgres): Promise<void> {
  const { hostname, port, username, password } = new URL(primary.url);
  const connection = `host=${hostname} port=${port} user=${username} password=${password}`;
  await writeFile(join(folder, 'data', 'standby.signal'), '');
  await writeFile(join(folder, 'data', 'postgresql.auto.conf'), `primary_conninfo = '${connection}'\n`);
}

export async function runSql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** With owners and modes, of which PostgreSQL is particular. */
async function copyFolder(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}
