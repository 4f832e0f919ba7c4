import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** Milliseconds between two ticks at which a writer begins what is due. */
const TICK_MS = 10;
const CONNECTIONS = 4;
/** Rows of a transaction where many are written. */
const ROWS_PER_TRANSACTION = 10;
/** Rows a second from which on transactions have more than one. */
const MANY = 2_000;

/** Rows that were changed: of the n-th, when its transaction had committed. */
export interface WrittenChanges {
  /** Milliseconds by `performance.now()`, in the order of the commits. */
  readonly committedAt: readonly number[];
}

/**
 * Changes rows at a rate, each once: from id 1 on, with marks from `base` on.
 * @param rowsPerSecond - what is offered: as much is begun, whatever it takes
 */
export async function writeChanges(
  database: string,
  { base, rowsPerSecond, seconds }: { readonly base: number; readonly rowsPerSecond: number; readonly seconds: number },
): Promise<WrittenChanges> {
  const size = rowsPerSecond >= MANY ? ROWS_PER_TRANSACTION : 1;
  const total = rowsPerSecond * seconds;
  const committedAt: number[] = [];
  let next = 1;
  const started = performance.now();
  await withClients(database, CONNECTIONS, async (client) => {
    for (;;) {
      const due = Math.min(total, ((performance.now() - started) / 1_000) * rowsPerSecond);
      if (next > total) return;
      if (next + size - 1 > due) {
        await sleep(TICK_MS);
        continue;
      }
      const first = next;
      next += size;
      await change(client, { base, first, count: size });
      const at = performance.now();
      for (let row = 0; row < size; row += 1) committedAt.push(at);
    }
  });
  return { committedAt };
}

/** Rows of a transaction while as much is written as is found. */
const ROWS_PER_LARGE_TRANSACTION = 500;

/**
 * Changes rows, each once, as long as not too many wait to be found.
 * @param mayWrite - tells whether that many rows may have been written by now
 */
export async function writeAsFound(
  database: string,
  { base, rows, mayWrite }: { readonly base: number; readonly rows: number; mayWrite: (written: number) => boolean },
): Promise<void> {
  let next = 1;
  await withClients(database, CONNECTIONS, async (client) => {
    while (next <= rows) {
      if (!mayWrite(next)) {
        await sleep(TICK_MS);
        continue;
      }
      const first = next;
      next += ROWS_PER_LARGE_TRANSACTION;
      await change(client, { base, first, count: Math.min(ROWS_PER_LARGE_TRANSACTION, rows - first + 1) });
    }
  });
}

async function change(
  client: Client,
  { base, first, count }: { readonly base: number; readonly first: number; readonly count: number },
): Promise<void> {
  await client.query({
    name: 'change',
    text: 'update followed set mark = $1::bigint + id where id between $2::bigint and $3::bigint',
    values: [base, first, first + count - 1],
  });
}

async function withClients(database: string, count: number, work: (client: Client) => Promise<void>): Promise<void> {
  const clients = Array.from({ length: count }, () => new Client({ connectionString: database }));
  await Promise.all(clients.map((client) => client.connect()));
  try {
    await Promise.all(clients.map(work));
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
