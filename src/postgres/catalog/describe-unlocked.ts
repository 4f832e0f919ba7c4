import { SyncFailure } from '../../sync/failures';
import { formatRelation, type QualifiedName } from '../../sync/relation';
import { findLockOn } from '../connection/find-lock';
import type { LockPatience } from '../connection/lock-patience';
import type { Source } from '../connection/source';
import { withTransaction } from '../connection/transaction';
import { lockFailure } from '../connection/translate-error';
import { type DescribedRelations, describeRelations, type DescribeSettings } from './describe-relations';

const NAME = `
  select n.nspname::text as "schema", c.relname::text as "table"
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.oid = $1`;

/**
 * As `describeRelations`, which waits for whoever has locked one of them: when patience is at its end the locked ones
 * are found by halving, each becomes a problem, and all others are described.
 */
export async function describeUnlocked(
  source: Source,
  oids: readonly number[],
  settings: DescribeSettings,
  patience: LockPatience,
): Promise<DescribedRelations> {
  const options = { activity: 'describing a relation', lockTimeoutMs: patience.leftMs() } as const;
  try {
    return await withTransaction(source, (tx) => describeRelations(tx, oids, settings), options);
  } catch (error) {
    if (!(error instanceof SyncFailure && error.type === 'RelationLocked')) throw error;
    const [oid] = oids;
    if (oid !== undefined && oids.length === 1) return describeLocked(source, oid, error);
    const middle = Math.ceil(oids.length / 2);
    const first = await describeUnlocked(source, oids.slice(0, middle), settings, patience);
    const second = await describeUnlocked(source, oids.slice(middle), settings, patience);
    return {
      relations: [...first.relations, ...second.relations],
      problems: [...first.problems, ...second.problems],
    };
  }
}

/** The last wait was short: whoever holds the lock is asked for once more. */
async function describeLocked(source: Source, oid: number, error: SyncFailure): Promise<DescribedRelations> {
  const [name] = await withTransaction(source, (tx) => tx.query<QualifiedName & Record<string, unknown>>(NAME, [oid]));
  if (name === undefined) return { relations: [], problems: [] };
  const lock = await findLockOn(source, { ...name, oid });
  const { type, message, remedy } =
    lock === undefined ? error : lockFailure('', { lock, waitedMs: source.settings.lockTimeoutMs });
  return { relations: [], problems: [{ type, relation: formatRelation(name), message: `${message}.`, remedy }] };
}
