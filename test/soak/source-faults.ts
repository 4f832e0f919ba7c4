import { Client } from 'pg';

import { runStatements } from '../support/run-statements';
import { type Fault, insist, pause } from './fault';

/** What people do to the tables while they are synced. */
export const SOURCE_FAULTS = {
  'table locked': {
    route: 'direct',
    strike: async ({ database }, random) => {
      const table = random.pick(['orders', 'stock', 'events', 'documents']);
      const client = await insist(() => lockTable(database, table));
      const seconds = await pause(random, 2, 15);
      // The server may have been killed meanwhile.
      await client.end().catch(() => undefined);
      return `${table} for ${seconds} s`;
    },
  },
  'table moved away': {
    route: 'direct',
    mayEnd: ['RelationMissing', 'RelationsFailed', 'SourceChanged'],
    strike: async ({ database }, random) => {
      await change(database, 'create schema if not exists away', 'alter table if exists public.stock set schema away');
      const seconds = await pause(random, 0, 6);
      await change(database, 'alter table if exists away.stock set schema public');
      return `stock for ${seconds} s`;
    },
  },
  'column renamed': {
    route: 'direct',
    strike: async ({ database }, random) => {
      await change(database, renameColumn('quantity', 'amount'));
      const seconds = await pause(random, 0, 6);
      await change(database, renameColumn('amount', 'quantity'));
      return `quantity for ${seconds} s`;
    },
  },
  'column widened': {
    route: 'direct',
    strike: async ({ database }, random) => {
      await change(database, 'alter table stock alter column quantity type bigint');
      const seconds = await pause(random, 0, 6);
      const isBack = random.chance(0.5);
      if (isBack) await change(database, 'alter table stock alter column quantity type integer');
      return `quantity${isBack ? ` for ${seconds} s` : ''}`;
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

async function lockTable(database: string, table: string): Promise<Client> {
  const client = new Client({ connectionString: database });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  return client;
}

/** Runs statements that may be run again: their answer can be lost. */
async function change(database: string, ...statements: readonly string[]): Promise<void> {
  await insist(() => runStatements(database, statements));
}

function renameColumn(from: string, to: string): string {
  return `do $$ begin
    if exists (select from pg_attribute where attrelid = 'stock'::regclass and attname = '${from}') then
      alter table stock rename column ${from} to ${to};
    end if;
  end $$`;
}
