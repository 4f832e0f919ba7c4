import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

import type { PostgresOptions } from '../../src/stack/servers/start-postgres';

/** A database of a test file's own, on the server that only one worker of jest uses. */
export interface TestDatabase {
  /** Connection string of a superuser of this database. */
  readonly url: string;
  readonly name: string;
  /** Runs statements, also several in one text, as superuser. */
  readonly sql: (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
  readonly drop: () => Promise<void>;
}

/** What a server of a test's own is started with: `npm run test:matrix` names the version. */
export function ownServer(): PostgresOptions {
  const packageFolder = process.env['PGFERRY_TEST_POSTGRES_PACKAGE'];
  return packageFolder === undefined ? {} : { packageFolder };
}

/** Address of the PostgreSQL that the tests of this worker use, one file after the other. */
export function postgresUrl(database?: string): string {
  return databaseUrl(requireVariable('PGFERRY_POSTGRES_URL'), database);
}

function databaseUrl(server: string, database?: string): string {
  const url = new URL(server);
  if (database !== undefined) url.pathname = `/${database}`;
  return url.href;
}

/**
 * @param server - address of a server of the test's own, with other settings
 */
export async function createDatabase(server = postgresUrl()): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runOnce(server, `create database ${name} template template0 encoding 'UTF8'`);
  const url = databaseUrl(server, name);
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return {
    url,
    name,
    sql: async (text, values) => {
      const result = await client.query<Record<string, unknown>>(text, values === undefined ? undefined : [...values]);
      return result.rows;
    },
    drop: async () => {
      await client.end();
      // `with (force)` came with PostgreSQL 13.
      await runOnce(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      await runOnce(server, `drop database if exists ${name}`);
    },
  };
}

async function runOnce(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests by "npm test", which starts the servers`);
  return value;
}
