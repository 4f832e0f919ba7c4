import type { Transaction } from '../connection/transaction';

// Parsing a query locks all that it names, and what the views among these read.
const LOCKED = `
  select l.relation::bigint::float8 as "oid"
  from pg_locks as l
  join pg_class as c on c.oid = l.relation and c.relkind in ('r', 'p', 'v', 'm', 'f')
  join pg_namespace as n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema')
  where l.pid = pg_backend_pid() and l.locktype = 'relation'
    and l.database = (select d.oid from pg_database as d where d.datname = current_database())`;

/**
 * Finds the tables and views that a query reads, whatever a rule says of them, without running it.
 * @param tx - a transaction with the query's search path, in which nothing else has been read
 * @param query - one that PostgreSQL has taken before
 * @returns `pg_class.oid` of each
 */
export async function findNamedRelations(tx: Transaction, query: string): Promise<readonly number[]> {
  await tx.query(`prepare pgferry_reads as ${query}`);
  await tx.query('deallocate pgferry_reads');
  const rows = await tx.query<{ oid: number }>(LOCKED);
  return rows.map(({ oid }) => oid);
}
