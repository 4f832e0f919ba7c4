import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

import { type Change, inventChange } from './changes';
import type { Random } from './random';

/** Clients that change the tables until they are stopped, whatever happens to the server. */
export interface Writers {
  /** Waits until nobody writes any more. */
  readonly stop: () => Promise<WriterTotals>;
}

export interface WriterTotals {
  readonly commits: number;
  /** Transactions that the server or the connection broke off. */
  readonly failures: number;
}

export function startWriters(url: string, count: number, random: Random): Writers {
  const state = { isRunning: true, commits: 0, failures: 0 };
  const running = Array.from({ length: count }, () => runWriter(url, random.fork(), state));
  return {
    stop: async () => {
      state.isRunning = false;
      await Promise.all(running);
      return { commits: state.commits, failures: state.failures };
    },
  };
}

interface WriterState {
  isRunning: boolean;
  commits: number;
  failures: number;
}

async function runWriter(url: string, random: Random, state: WriterState): Promise<void> {
  let client: Client | undefined;
  while (state.isRunning) {
    try {
      client ??= await connectWriter(url);
      await makeChange(client, inventChange(random));
      state.commits += 1;
    } catch (error) {
      state.failures += 1;
      if (isOurMistake(error)) throw error;
      await client?.end().catch(() => undefined);
      client = undefined;
    }
    await sleep(random.between(2, 25));
  }
  await client?.end().catch(() => undefined);
}

async function connectWriter(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'soak writer' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function makeChange(client: Client, { statements, pauseMs, ending }: Change): Promise<void> {
  await client.query('begin');
  for (const statement of statements) await client.query(statement);
  if (pauseMs > 0) await sleep(pauseMs);
  await client.query(ending);
}

/** A statement that can't be right is the soak's own fault; a table or column may be away for a while. */
function isOurMistake(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === 'string' && /^42(601|883|804)$/.test(code);
}
