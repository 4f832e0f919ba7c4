import { quoteIdentifier } from '../../documents/sql-text';
import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Transaction } from '../connection/transaction';
import { TELLS_COMMIT_TIMES } from './last-commit';
import type { SourceWarning } from './source-warning';

/** Something that a sync asks where it may, and can do without. */
interface OptionalQuestion {
  readonly text: string;
  /** Asked only where this holds of the server. */
  readonly when: string;
  /** Completes "PostgreSQL does not tell …". */
  readonly what: string;
  /** What is lost where nobody answers. */
  readonly loses: string;
  /** Completes "grant … to ROLE". */
  readonly grant: string;
}

const IS_PRIMARY = 'not pg_is_in_recovery()';

const QUESTIONS: readonly OptionalQuestion[] = [
  {
    text: 'select pg_walfile_name(pg_current_wal_lsn()), pg_current_wal_insert_lsn(), pg_current_wal_flush_lsn()',
    when: IS_PRIMARY,
    what: 'where its log stands',
    loses:
      'each sync waits for a commit of its own instead, and after a failover that lost commits only their ' +
      'timestamps tell of it',
    grant:
      'execute on function pg_catalog.pg_current_wal_lsn(), pg_catalog.pg_walfile_name(pg_lsn), ' +
      'pg_catalog.pg_current_wal_insert_lsn(), pg_catalog.pg_current_wal_flush_lsn()',
  },
  {
    text: 'select system_identifier from pg_control_system()',
    when: 'true',
    what: 'its system identifier',
    loses: 'another server is told from this one by the oid of its database only',
    grant: 'execute on function pg_catalog.pg_control_system()',
  },
  {
    text: 'select timeline_id from pg_control_checkpoint()',
    when: 'pg_is_in_recovery()',
    what: 'its timeline',
    loses: 'after a failover that lost commits only their timestamps tell of it',
    grant: 'execute on function pg_catalog.pg_control_checkpoint()',
  },
  {
    text: TELLS_COMMIT_TIMES,
    when: `current_setting('track_commit_timestamp')::boolean`,
    what: 'when transactions committed',
    loses: '_timestamp is the time of the sync, and a backup that is restored in place of the database goes unnoticed',
    grant: 'execute on function pg_catalog.pg_xact_commit_timestamp(xid)',
  },
  {
    text: 'select from pg_prepared_xacts',
    when: 'true',
    what: 'which transactions are prepared',
    loses: 'nobody warns of one that is forgotten, which makes every sync read more',
    grant: 'select on pg_catalog.pg_prepared_xacts',
  },
  {
    text: 'select from pg_stat_activity limit 1',
    when: 'true',
    what: 'which transactions are open',
    loses: 'nobody warns of one that is forgotten, nor names who holds a lock',
    grant: 'select on pg_catalog.pg_stat_activity',
  },
];

/** What the server or the role's rights keep from syncs, which go on without. */
export async function findRefusals(tx: Transaction): Promise<SourceWarning[]> {
  const warnings: SourceWarning[] = [];
  for (const question of QUESTIONS) {
    const [row] = await tx.query<{ applies: boolean }>(`select ${question.when} as "applies"`);
    if (row?.applies !== true) continue;
    const answer = await askIfAllowed(tx, question.text);
    if ('refusal' in answer) warnings.push(describeRefusal(question, answer.refusal, tx.source.settings.username));
  }
  return warnings;
}

function describeRefusal({ what, loses, grant }: OptionalQuestion, state: string, role: string): SourceWarning {
  return {
    message: `PostgreSQL does not tell ${what} (${state}): ${loses}`,
    remedy:
      state === '42501'
        ? `grant ${grant} to ${quoteIdentifier(role)};`
        : 'Nothing can be done where the service keeps it to itself; syncs work.',
  };
}
