import { Client } from 'pg';

import type { TestDatabase } from './postgres';

/** A session that keeps tables locked against being read. */
export interface TableLock {
  /** Its process, as messages name it. */
  readonly processId: number;
  /** Runs one more statement in its transaction. */
  readonly run: (statement: string) => Promise<unknown>;
  readonly release: () => Promise<void>;
}

/** Locks tables, if any, as `alter table` does, until it is released. */
export async function lockTables({ url }: Pick<TestDatabase, 'url'>, ...tables: string[]): Promise<TableLock> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  for (const table of tables) await client.query(`lock table ${table} in access exclusive mode`);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return { processId: rows[0]?.pid ?? 0, run: (text) => client.query(text), release: () => client.end() };
}
