import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

import { insist } from '../fault';
import type { Random } from '../random';

/** Keys that are written, from 1 on; few enough that writes meet. */
export const KEYS = 5_000;

/** Tables that are followed: keys of several columns, partitions, and a view that is read again. */
export const FOLLOWED_TABLES = `
  create table orders (id int primary key, state text);
  create table lines (orders int, line numeric, text text, primary key (orders, line));
  create view counts as
    select o.id, count(l.line)::int as n from orders as o left join lines as l on l.orders = o.id group by o.id;
  create table events (id int, day date, text text, primary key (id, day)) partition by range (day);
  create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
  create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');
  insert into orders select i, 'new' from generate_series(1, ${KEYS}) as i;
  create publication pgferry_test for table orders, lines, events with (publish_via_partition_root = true)`;

/** Writes of every kind; a key is written as often as another, so that they meet. */
function drawWrite(random: Random): string {
  const id = random.between(1, KEYS);
  const other = random.between(1, KEYS);
  const day = random.pick(['2026-01-07', '2026-02-07']);
  const text = `v${random.between(1, 1e9)}`;
  return random.pick([
    `insert into orders values (${id}, '${text}') on conflict (id) do update set state = excluded.state`,
    `update orders set state = '${text}' where id between ${id} and ${id + 20}`,
    `delete from orders where id = ${id}`,
    `delete from orders where id = ${other}; update orders set id = ${other} where id = ${id}`,
    `insert into lines values (${id}, ${random.between(1, 5)}.0, '${text}') on conflict do nothing`,
    `update lines set line = line::int + 0.00 where orders between ${id} and ${id + 100}`,
    `delete from lines where orders between ${id} and ${id + 50}`,
    `insert into events values (${id}, '${day}', '${text}') on conflict do nothing`,
    `update events set day = '${day}' where id = ${id} and not exists
      (select from events where id = ${id} and day = '${day}')`,
    `begin; update orders set state = '${text}' where id = ${id}; rollback`,
    `begin; savepoint a; update orders set state = '${text}' where id = ${id}; release a; commit`,
  ]);
}

/**
 * Writes until it is told to end, through deaths of the server, too.
 * @param database - its address
 * @returns number of writes
 */
export async function keepWriting(database: string, random: Random, until: AbortSignal): Promise<number> {
  let writes = 0;
  while (!until.aborted) writes += await writeWhileConnected(database, random, until);
  return writes;
}

async function writeWhileConnected(database: string, random: Random, until: AbortSignal): Promise<number> {
  const client = await insist(() => connect(database));
  let writes = 0;
  try {
    while (!until.aborted) {
      // Deadlocks, and keys that are there already, roll back; a rollback fails where the connection is gone.
      await client.query(drawWrite(random)).catch(() => client.query('rollback'));
      writes += 1;
      await sleep(random.between(0, 5));
    }
  } catch {
    // The next connection goes on.
  }
  await client.end().catch(() => undefined);
  return writes;
}

async function connect(database: string): Promise<Client> {
  const client = new Client({ connectionString: database });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
