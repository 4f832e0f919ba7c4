import { SyncFailure } from '../../sync/failures';
import type { SourceIdentity } from '../../sync/index-state';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';

/** Facts about a server, as it tells them. */
export interface SourceProbe {
  /** 150018 for 15.18. */
  readonly versionNumber: number;
  readonly inRecovery: boolean;
  readonly trackCommitTimestamp: boolean;
  readonly identity: SourceIdentity;
}

const OLDEST_VERSION = 110_000;
/** Stands for the timeline of a server that does not tell it: none has this number. */
const UNKNOWN_TIMELINE = 0;

interface ServerRow {
  readonly versionNumber: number;
  readonly version: string;
  readonly inRecovery: boolean;
  readonly trackCommitTimestamp: boolean;
  readonly database: string;
  readonly databaseOid: string;
  readonly controlReadable: boolean;
}

const SERVER = `
  select
    current_setting('server_version_num')::integer as "versionNumber",
    current_setting('server_version') as "version",
    pg_is_in_recovery() as "inRecovery",
    current_setting('track_commit_timestamp')::boolean as "trackCommitTimestamp",
    d.datname::text as "database",
    d.oid::text as "databaseOid",
    has_function_privilege('pg_control_system()', 'execute')
      and has_function_privilege('pg_control_checkpoint()', 'execute') as "controlReadable"
  from pg_database as d
  where d.datname = current_database()`;

const SYSTEM_IDENTIFIER = 'select system_identifier::text as "systemIdentifier" from pg_control_system()';
/** The first 8 of a WAL file's 24 hexadecimal digits are its timeline. */
const PRIMARY_TIMELINE = 'select left(pg_walfile_name(pg_current_wal_lsn()), 8) as "timeline"';
const STANDBY_TIMELINE = `select lpad(to_hex(timeline_id), 8, '0') as "timeline" from pg_control_checkpoint()`;

/**
 * Connects and asks the server who it is.
 * @throws SyncFailure `InvalidConfig` for PostgreSQL before 11, and whatever keeps it from connecting.
 */
export async function probeSource(source: Source, signal?: AbortSignal): Promise<SourceProbe> {
  return withTransaction(source, probe, { activity: 'connecting', signal });
}

async function probe(tx: Transaction): Promise<SourceProbe> {
  const [server] = await tx.query<ServerRow>(SERVER);
  if (server === undefined) throw new SyncFailure('Defect', 'PostgreSQL does not know its own database');
  if (server.versionNumber < OLDEST_VERSION) {
    const reason = `PostgreSQL at ${tx.source.settings.host} is version ${server.version}; pgferry needs 11 or later`;
    throw new SyncFailure('InvalidConfig', reason, 'Upgrade PostgreSQL.');
  }
  const { versionNumber, inRecovery, trackCommitTimestamp, database } = server;
  const [systemIdentifier, timeline] = [await readSystemIdentifier(tx, server), await readTimeline(tx, server)];
  return { versionNumber, inRecovery, trackCommitTimestamp, identity: { systemIdentifier, database, timeline } };
}

/** Where the role may not ask, the database's oid has to do: it differs in most other clusters. */
async function readSystemIdentifier(tx: Transaction, server: ServerRow): Promise<string> {
  if (!server.controlReadable) return `oid-${server.databaseOid}`;
  const [row] = await tx.query<{ systemIdentifier: string }>(SYSTEM_IDENTIFIER);
  return row?.systemIdentifier ?? `oid-${server.databaseOid}`;
}

async function readTimeline(tx: Transaction, { inRecovery, controlReadable }: ServerRow): Promise<number> {
  if (inRecovery && !controlReadable) return UNKNOWN_TIMELINE;
  const [row] = await tx.query<{ timeline: string }>(inRecovery ? STANDBY_TIMELINE : PRIMARY_TIMELINE);
  return row === undefined ? UNKNOWN_TIMELINE : Number.parseInt(row.timeline, 16);
}
