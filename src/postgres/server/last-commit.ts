import type { CommitMark } from '../../sync/index-state';
import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Transaction } from '../connection/transaction';

/** Of the oldest transaction that there can be: nothing, unless it is refused. */
export const TELLS_COMMIT_TIMES = `select pg_xact_commit_timestamp('3'::xid)`;

/** Whether the role may ask when transactions committed. Needs `track_commit_timestamp`. */
export async function tellsCommitTimes(tx: Transaction): Promise<boolean> {
  return 'rows' in (await askIfAllowed(tx, TELLS_COMMIT_TIMES));
}

/** Empty after a restart, until somebody commits. */
const LAST_COMMITTED = `
  select l.xid::text as "transaction", l.timestamp::text as "committedAt"
  from pg_last_committed_xact() as l
  where l.timestamp is not null`;

/** Ids that are looked through for the last commit; those of transactions that were rolled back have no time. */
const LOOKED_THROUGH = 1_000;

const LAST_OF_KNOWN_TIME = `
  select x.id::text as "transaction", x.committed_at::text as "committedAt"
  from (
    select mod(i.id, 4294967296) as id,
      case when mod(i.id, 4294967296) > 2 then pg_xact_commit_timestamp(mod(i.id, 4294967296)::text::xid) end
    from txid_snapshot_xmax(txid_current_snapshot()) as next (id)
    cross join generate_series(greatest(next.id - ${LOOKED_THROUGH}, 3), next.id - 1) as i (id)
  ) as x (id, committed_at)
  where x.committed_at is not null
  order by x.committed_at desc, x.id desc
  limit 1`;

/**
 * The transaction that committed last, in any database of the server, and when: a server that knows the same of it later
 * has everything that was visible before. Needs `track_commit_timestamp`.
 * @returns undefined where the server does not know
 */
export async function readLastCommit(tx: Transaction): Promise<CommitMark | undefined> {
  const last = await askIfAllowed<CommitMark>(tx, LAST_COMMITTED);
  if ('rows' in last && last.rows[0] !== undefined) return last.rows[0];
  const [found] = await tx.query<CommitMark>(LAST_OF_KNOWN_TIME);
  return found;
}

/**
 * Whether a transaction committed at that very moment by what the server knows. Not after a restored backup, where the
 * id is unknown or was given to another one, nor when its time is long forgotten. Needs `track_commit_timestamp`.
 */
export async function remembersCommit(tx: Transaction, { transaction, committedAt }: CommitMark): Promise<boolean> {
  const [row] = await tx.query<{ remembered: boolean | null }>(
    'select pg_xact_commit_timestamp($1::text::xid) = $2::text::timestamptz as "remembered"',
    [transaction, committedAt],
  );
  return row?.remembered === true;
}
