import { readFile } from 'node:fs/promises';
import { Client, type ClientConfig, Pool } from 'pg';

import type { SourceSettings } from '../../config/settings/settings';
import { openSocket } from '../copy-protocol/socket-reads';
import { tlsOptions } from './tls-options';

/** Options of a source. */
export interface SourceOptions {
  /** Connections that may be open at the same time; whoever wants one more waits for it. */
  readonly maxConnections: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /**
   * Whether row level security may hide rows; `refused` makes PostgreSQL raise an error instead.
   * @default 'refused'
   */
  readonly rowSecurity?: 'refused' | 'filtered';
}

/** A PostgreSQL database that rows are read from. */
export interface Source {
  readonly pool: Pool;
  readonly settings: SourceSettings;
  readonly rowSecurity: 'refused' | 'filtered';
}

/**
 * Milliseconds of silence after which a connection is probed, then ten times, once a second: a server that vanished
 * without a word (a firewall, a lost machine) is noticed in well under a minute. The system's default is two hours.
 */
const KEEP_ALIVE_MS = 20_000;

/** Prepares connections to a source; none is opened before it is needed. Close it by {@link closeSource}. */
export function openSource(settings: SourceSettings, options: SourceOptions): Source {
  const pool = new Pool({
    ...clientConfig(settings, options),
    max: options.maxConnections,
    Client: impatient(settings),
  });
  // An idle connection that breaks has left the pool already; the next query opens another and reports what it meets.
  pool.on('error', () => undefined);
  return { pool, settings, rowSecurity: options.rowSecurity ?? 'refused' };
}

/** Waits until borrowed connections are back and closes all. */
export async function closeSource(source: Source): Promise<void> {
  await source.pool.end();
}

/** Milliseconds after which the server gives up a session of replication that says nothing: its slot ends with it. */
const SENDER_TIMEOUT_MS = 15_000;

/** As transactions have them, whatever role and database say: keys print as ids do. */
const REPLICATION_OPTIONS = [
  'timezone=UTC',
  'datestyle=ISO',
  'intervalstyle=iso_8601',
  'bytea_output=hex',
  'extra_float_digits=3',
  'lc_monetary=C',
  `wal_sender_timeout=${SENDER_TIMEOUT_MS}`,
  'statement_timeout=0',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/**
 * Prepares a connection that speaks the replication protocol with the settings' database.
 * @param applicationName - 63 bytes at most
 */
export function createReplicationClient(settings: SourceSettings, applicationName: string): Client {
  const config = clientConfig(settings, { maxConnections: 1, applicationName });
  return new (impatient(settings))({
    ...config,
    replication: 'database',
    options: REPLICATION_OPTIONS,
  } as ClientConfig);
}

function clientConfig(settings: SourceSettings, options: SourceOptions): ClientConfig {
  return {
    host: settings.host,
    port: settings.port,
    user: settings.username,
    database: settings.database,
    ssl: settings.tls === undefined ? false : tlsOptions(settings.tls),
    // SCRAM-SHA-256-PLUS, where the server offers it: nobody in the middle can pass the login on.
    enableChannelBinding: settings.tls !== undefined && settings.tls.channelBinding !== 'disable',
    application_name: options.applicationName,
    ...(settings.tls === undefined ? { stream: openSocket } : {}),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  };
}

/** The time limit belongs to connecting alone: given to the pool, it would also end the wait for a busy connection. */
function impatient(settings: SourceSettings): typeof Client {
  return class extends Client {
    constructor(config?: string | ClientConfig) {
      // A pool hides the password from being listed, and so from being spread.
      super({
        ...(config as ClientConfig),
        password: () => readPassword(settings),
        connectionTimeoutMillis: settings.connectTimeoutMs,
      });
    }
  };
}

/** A password that is rotated is in its file before anybody can use it; while that is replaced the last one counts. */
async function readPassword({ password, passwordFile }: SourceSettings): Promise<string> {
  if (passwordFile === undefined) return password;
  const read = await readFile(passwordFile, 'utf8').catch(() => password);
  return read.replace(/\r?\n$/u, '');
}
