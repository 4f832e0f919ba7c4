import { Client } from 'pg';

const LOOK_MS = 200;

const KEPT = `
  select coalesce(max(pg_current_wal_lsn() - restart_lsn), 0)::float8 as "bytes"
  from pg_replication_slots where database = current_database()`;

/** Watches how much WAL the database's slots keep, until the returned function is called. */
export async function watchWal(database: string): Promise<() => Promise<number>> {
  const client = new Client({ connectionString: database });
  await client.connect();
  let most = 0;
  let looking = Promise.resolve();
  const look = async () => {
    const { rows } = await client.query<{ readonly bytes: number }>(KEPT);
    most = Math.max(most, rows[0]?.bytes ?? 0);
  };
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined);
  }, LOOK_MS);
  return async () => {
    clearInterval(timer);
    await looking;
    await client.end();
    return most;
  };
}
