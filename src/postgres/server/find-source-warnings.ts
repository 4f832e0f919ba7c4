import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { findRefusals } from './find-refusals';
import type { SourceWarning } from './source-warning';

/** Seconds after which a transaction that writes counts as forgotten. */
const FORGOTTEN_S = 3_600;

/** Transactions with an id, in any database of the server: they hold the watermark back. */
const PREPARED = `
  select 'prepared transaction ' || quote_literal(p.gid) as "name", p.prepared::timestamptz(0)::text as "since",
    'rollback prepared ' || quote_literal(p.gid) as "end"
  from pg_prepared_xacts as p
  where p.prepared <= now() - make_interval(secs => $1::integer)
  order by "since"
  limit 5`;

/** Whose session it is is for the role itself and for members of pg_read_all_stats to see; others are passed over. */
const OPEN = `
  select 'the transaction of process ' || a.pid as "name", a.xact_start::timestamptz(0)::text as "since",
    'select pg_terminate_backend(' || a.pid || ')' as "end"
  from pg_stat_activity as a
  where a.backend_xid is not null and a.xact_start <= now() - make_interval(secs => $1::integer)
  order by "since"
  limit 5`;

/** Looks for what makes syncs of a source slower or less exact than they could be; changes nothing. */
export async function findSourceWarnings(
  source: Source,
  forgottenAfterS = FORGOTTEN_S,
): Promise<readonly SourceWarning[]> {
  return withTransaction(source, async (tx) => [
    ...(await findForgottenTransactions(tx, forgottenAfterS)),
    ...(await findMissingSettings(tx)),
    ...(await findRefusals(tx)),
  ]);
}

async function findForgottenTransactions(tx: Transaction, afterS: number): Promise<SourceWarning[]> {
  const answers = [await askFor(tx, PREPARED, afterS), await askFor(tx, OPEN, afterS)];
  return answers.flat().map(({ name, since, end }) => ({
    message:
      `PostgreSQL: ${name} is open since ${since}; until it ends nothing that changed since is vacuumed, and when ` +
      `4,000,000 transactions have begun each sync reads again what they changed`,
    remedy: `End it, by \`${end}\` where it is forgotten.`,
  }));
}

interface ForgottenTransaction {
  readonly name: string;
  readonly since: string;
  readonly end: string;
}

async function askFor(tx: Transaction, text: string, afterS: number): Promise<readonly ForgottenTransaction[]> {
  const answer = await askIfAllowed<ForgottenTransaction & Record<string, unknown>>(tx, text, [afterS]);
  return 'rows' in answer ? answer.rows : [];
}

async function findMissingSettings(tx: Transaction): Promise<SourceWarning[]> {
  const [row] = await tx.query<{ isOn: boolean }>(
    `select current_setting('track_commit_timestamp')::boolean as "isOn"`,
  );
  if (row?.isOn !== false) return [];
  return [
    {
      message:
        'PostgreSQL: track_commit_timestamp is off, so _timestamp is the time of the sync, and a backup that is ' +
        'restored in place of the database goes unnoticed',
      remedy: 'Set `track_commit_timestamp = on` and restart PostgreSQL; or sync with --rebuild after a restore.',
    },
  ];
}
