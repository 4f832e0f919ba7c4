import { setTimeout as sleep } from 'node:timers/promises';

import { SyncFailure } from '../../sync/failures';
import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import type { Horizon } from './watermark';

const POLL_MS = 50;
const PATIENCE_MS = 60_000;

/** Where a page of WAL just ended, the insert position already counts the header of the next one: 40 bytes at most. */
const REPLAYED = `
  select pg_last_wal_replay_lsn() >= $1::pg_lsn
    or ($1::pg_lsn - pg_last_wal_replay_lsn() <= 40
        and (pg_last_wal_replay_lsn() - '0/0'::pg_lsn) % current_setting('wal_block_size')::numeric = 0)
      as "replayed",
    pg_is_in_recovery() as "inRecovery",
    extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 as "secondsBehind"`;

interface ReplayRow {
  readonly replayed: boolean | null;
  readonly inRecovery: boolean;
  readonly secondsBehind: number | null;
}

/**
 * Waits until a standby shows all that its primary had seen at a horizon. From then on the horizon is one of the
 * standby's reads, too: what it saw they see, and what they see beyond has an id that it did not see.
 * @param horizon - of the primary
 * @throws SyncFailure `SourceUnavailable` where the standby is more than a minute behind
 */
export async function untilReplayed(standby: Source, { inserted }: Horizon, signal?: AbortSignal): Promise<void> {
  const { host, port } = standby.settings;
  if (inserted === undefined || inserted === 'untold') {
    throw untold(
      `The primary of ${host}:${port} does not tell how far its standby has to be`,
      'pg_current_wal_insert_lsn',
    );
  }
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const ask = (tx: Transaction) => askIfAllowed<ReplayRow>(tx, REPLAYED, [inserted]);
    const told = await withTransaction(standby, ask, { signal });
    if (!('rows' in told))
      throw untold(`The standby ${host}:${port} does not tell how far it is`, 'pg_last_wal_replay_lsn');
    const [row] = told.rows;
    if (row?.inRecovery !== true) throw new SyncFailure('SourceUnavailable', `${host}:${port} was just promoted`);
    if (row.replayed === true) return;
    if (Date.now() > deadline) {
      const behind =
        row.secondsBehind === null ? '' : `; its newest transaction is ${Math.round(row.secondsBehind)} s old`;
      throw new SyncFailure(
        'SourceUnavailable',
        `The standby at ${host}:${port} is more than a minute behind its primary${behind}`,
        'See why it replays late (pg_stat_replication), or let configuration.host lead to the primary.',
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Some services, as Amazon Aurora, have no such functions. */
function untold(what: string, functionName: string): SyncFailure {
  return new SyncFailure(
    'SourcePermission',
    `${what}: ${functionName} is refused`,
    `As a superuser: \`grant execute on function ${functionName}() to public\`; where the service has none, let ` +
      'configuration.host lead to the primary.',
  );
}
