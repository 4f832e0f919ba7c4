import type { Source } from '../../postgres/connection/source';
import { withTransaction } from '../../postgres/connection/transaction';
import { remembersCommit } from '../../postgres/server/last-commit';
import type { SourceProbe } from '../../postgres/server/probe-source';
import { type ConnectorState, isSameDatabase } from '../../sync/index-state';

/**
 * The state, if it speaks of this very database with this very history: not of another server, another timeline, or one
 * that was restored from a backup, which gives out the same transaction ids a second time.
 */
export async function trustedState(
  source: Source,
  { identity, trackCommitTimestamp }: SourceProbe,
  state: ConnectorState | undefined,
): Promise<ConnectorState | undefined> {
  if (!isSameDatabase(state?.source, identity)) return undefined;
  const lastCommit = state?.lastCommit;
  if (lastCommit === undefined || !trackCommitTimestamp) return state;
  return (await withTransaction(source, (tx) => remembersCommit(tx, lastCommit))) ? state : undefined;
}
