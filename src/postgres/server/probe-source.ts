import { SyncFailure } from '../../sync/failures';
import type { SourceIdentity } from '../../sync/index-state';
import { askIfAllowed } from '../connection/ask-if-allowed';
import { recognizeProduct } from '../connection/recognize-product';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { tellsCommitTimes } from './last-commit';
import { REFUSED_FUNCTIONS, requireFunctions } from './needed-functions';

/** Facts about a server, as it tells them. */
export interface SourceProbe {
  /** 150018 for 15.18. */
  readonly versionNumber: number;
  readonly inRecovery: boolean;
  /** Whether it knows when transactions committed, and tells. */
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
  readonly refusedFunctions: readonly string[];
}

const SERVER = `
  select
    current_setting('server_version_num')::integer as "versionNumber",
    current_setting('server_version') as "version",
    pg_is_in_recovery() as "inRecovery",
    current_setting('track_commit_timestamp')::boolean as "trackCommitTimestamp",
    d.datname::text as "database",
    d.oid::text as "databaseOid",
    ${REFUSED_FUNCTIONS} as "refusedFunctions"
  from pg_database as d
  where d.datname = current_database()`;

const SYSTEM_IDENTIFIER = 'select system_identifier::text as "systemIdentifier" from pg_control_system()';
/** The first 8 of a WAL file's 24 hexadecimal digits are its timeline. */
const PRIMARY_TIMELINE = 'select left(pg_walfile_name(pg_current_wal_lsn()), 8) as "timeline"';
const STANDBY_TIMELINE = `select lpad(to_hex(timeline_id), 8, '0') as "timeline" from pg_control_checkpoint()`;
/** No transaction is the oldest whose time is known. */
const PRIMARY_KEEPS_COMMIT_TIMES = `select oldest_commit_ts_xid::text <> '0' as "keeps" from pg_control_checkpoint()`;

/**
 * Connects and asks the server who it is.
 * @throws SyncFailure `InvalidConfig` for PostgreSQL before 11, `SourcePermission` for functions that are needed, and
 *   whatever keeps it from connecting.
 */
export async function probeSource(source: Source, signal?: AbortSignal): Promise<SourceProbe> {
  return withTransaction(source, probe, { activity: 'connecting', signal });
}

/** Whether the server is a standby, or being restored. */
export async function isInRecovery(source: Source, signal?: AbortSignal): Promise<boolean> {
  const ask = (tx: Transaction) => tx.query<{ inRecovery: boolean }>('select pg_is_in_recovery() as "inRecovery"');
  const [row] = await withTransaction(source, ask, { activity: 'connecting', signal });
  return row?.inRecovery === true;
}

async function probe(tx: Transaction): Promise<SourceProbe> {
  const [{ version: calledItself } = { version: '' }] = await tx.query<{ version: string }>(
    `select version() as "version"`,
  );
  const stranger = recognizeProduct(calledItself, tx.source.settings);
  if (stranger !== undefined) throw stranger;
  const [server] = await tx.query<ServerRow>(SERVER);
  if (server === undefined) throw new SyncFailure('Defect', 'PostgreSQL does not know its own database');
  if (server.versionNumber < OLDEST_VERSION) {
    const reason = `PostgreSQL at ${tx.source.settings.host} is version ${server.version}; pgferry needs 11 or later`;
    throw new SyncFailure('InvalidConfig', reason, 'Upgrade PostgreSQL.');
  }
  requireFunctions(tx.source, server.refusedFunctions);
  const { versionNumber, inRecovery, database } = server;
  const trackCommitTimestamp = (await mayTellCommitTimes(tx, server)) && (await tellsCommitTimes(tx));
  const [systemIdentifier, timeline] = [await readSystemIdentifier(tx, server), await readTimeline(tx, server)];
  return { versionNumber, inRecovery, trackCommitTimestamp, identity: { systemIdentifier, database, timeline } };
}

/**
 * A standby tells commit times where its primary keeps them, whatever its own setting says: what it renders has to be what
 * a stream renders that reads the primary. Only its control file knows without an error in its log, from the last restart
 * point on.
 */
async function mayTellCommitTimes(tx: Transaction, { inRecovery, trackCommitTimestamp }: ServerRow): Promise<boolean> {
  if (!inRecovery) return trackCommitTimestamp;
  const told = await askIfAllowed<{ keeps: boolean }>(tx, PRIMARY_KEEPS_COMMIT_TIMES);
  return 'rows' in told ? told.rows[0]?.keeps === true : trackCommitTimestamp;
}

/** Where nobody tells, the database's oid has to do: it differs in most other clusters. */
async function readSystemIdentifier(tx: Transaction, server: ServerRow): Promise<string> {
  const told = await askIfAllowed<{ systemIdentifier: string }>(tx, SYSTEM_IDENTIFIER);
  const systemIdentifier = 'rows' in told ? told.rows[0]?.systemIdentifier : undefined;
  return systemIdentifier ?? `oid-${server.databaseOid}`;
}

async function readTimeline(tx: Transaction, { inRecovery }: ServerRow): Promise<number> {
  const told = await askIfAllowed<{ timeline: string }>(tx, inRecovery ? STANDBY_TIMELINE : PRIMARY_TIMELINE);
  const timeline = 'rows' in told ? told.rows[0]?.timeline : undefined;
  return timeline === undefined ? UNKNOWN_TIMELINE : Number.parseInt(timeline, 16);
}
