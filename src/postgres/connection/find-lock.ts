import { formatRelation, type QualifiedName } from '../../sync/relation';
import { borrowConnection } from './borrow-connection';
import type { Source } from './source';

/** A lock that a statement waits for, or has waited for in vain. */
export interface FoundLock {
  /** Completes "waits": `for a lock on public.item, held by process 4711 since 2026-11-28 12:03:11Z`. */
  readonly reason: string;
  /** The process that has to end first; absent for a prepared transaction. */
  readonly processId?: number;
}

interface HolderRow {
  /** 0 for a prepared transaction. */
  readonly processId: number | null;
  /** When its transaction began; null where the role may not see it. */
  readonly since: string | null;
  readonly isGranted: boolean;
  /** The process that it waits for itself. */
  readonly behind: number | null;
}

interface LockRow extends HolderRow, Partial<QualifiedName> {
  /** `pg_locks.locktype`: `relation`, `advisory`, … */
  readonly kind: string;
}

/** Of a process as `b.pid`; its session as `a`. */
const HOLDER = `
  b.pid as "processId",
  to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"') as "since",
  (pg_blocking_pids(b.pid))[1] as "behind"`;

/**
 * The lock that a session waits for. Behind a pooler sessions have other numbers than the client was told: then any
 * session of the same name is looked at.
 */
const AWAITED = `
  with own as (
    select a.pid from pg_stat_activity as a
    where a.usename = current_user and a.application_name = current_setting('application_name')
  )
  select w.locktype as "kind", n.nspname::text as "schema", c.relname::text as "table", h.*
  from pg_locks as w
  left join pg_index as i on i.indexrelid = w.relation
  left join pg_class as c on c.oid = coalesce(i.indrelid, w.relation)
  left join pg_namespace as n on n.oid = c.relnamespace
  left join lateral (
    select ${HOLDER}, exists (
        select from pg_locks as g
        where g.pid = b.pid and g.granted and g.locktype = w.locktype and g.relation is not distinct from w.relation
      ) as "isGranted"
    from unnest(pg_blocking_pids(w.pid)) as b (pid)
    left join pg_stat_activity as a on a.pid = b.pid
    order by "isGranted" desc
    limit 1
  ) as h on true
  where not w.granted and w.pid in (select o.pid from own as o)
    and (w.pid = $1 or not exists (select from own as o where o.pid = $1))
  limit 1`;

/** Who has, or asked first for, a lock under which a relation can't be read, nor one below it, nor their indexes. */
const HOLDERS = `
  with recursive below (oid) as (
    select $1::oid
    union
    select i.inhrelid from below as b join pg_inherits as i on i.inhparent = b.oid
  ),
  locked (oid) as (
    select b.oid from below as b
    union
    select i.indexrelid from pg_index as i join below as b on b.oid = i.indrelid
  )
  select ${HOLDER}, b.granted as "isGranted"
  from pg_locks as b
  join locked as l on l.oid = b.relation
  left join pg_stat_activity as a on a.pid = b.pid
  where b.locktype = 'relation' and b.mode = 'AccessExclusiveLock' and b.pid is distinct from pg_backend_pid()
    and b.database = (select d.oid from pg_database as d where d.datname = current_database())
  order by b.granted desc
  limit 1`;

/** The lock that a session waits for now; undefined where it waits for none, or nobody can tell. */
export async function findAwaitedLock(source: Source, processId: number): Promise<FoundLock | undefined> {
  const row = await ask<LockRow>(source, AWAITED, [processId]);
  if (row === undefined) return undefined;
  const { kind, schema, table } = row;
  const on = schema == null || table == null ? ` (${kind})` : ` on ${formatRelation({ schema, table })}`;
  return describeLock(on, row);
}

/** The lock that keeps a relation from being read now; undefined where there is none any more, or nobody can tell. */
export async function findLockOn(
  source: Source,
  { oid, ...name }: QualifiedName & { readonly oid: number },
): Promise<FoundLock | undefined> {
  const row = await ask<HolderRow>(source, HOLDERS, [oid]);
  return row === undefined ? undefined : describeLock(` on ${formatRelation(name)}`, row);
}

function describeLock(on: string, { processId, since, isGranted, behind }: HolderRow): FoundLock {
  const isSession = processId !== null && processId > 0;
  const who = isSession ? `process ${processId}` : 'a prepared transaction';
  const when = since === null ? '' : ` since ${since}`;
  const chain = behind === null ? '' : `, which waits for process ${behind} itself`;
  const reason = `for a lock${on}, ${isGranted ? 'held' : 'asked for before'} by ${who}${when}${chain}`;
  return { reason, ...(isSession ? { processId } : {}) };
}

/** Milliseconds that the question may take: it is asked beside the work, and no answer is no harm. */
const PATIENCE_MS = 2_000;

/**
 * Asks on a connection of its own.
 * @returns undefined where there is no connection, or the role may not ask
 */
async function ask<Row>(source: Source, query: string, values: readonly unknown[]): Promise<Row | undefined> {
  try {
    const { client, release, destroy } = await borrowConnection(source, AbortSignal.timeout(PATIENCE_MS));
    try {
      await client.query('begin read only; set local search_path = pg_catalog');
      const { rows } = await client.query<Row & Record<string, unknown>>(query, [...values]);
      await client.query('commit');
      release();
      return rows[0];
    } finally {
      destroy();
    }
  } catch {
    return undefined;
  }
}
