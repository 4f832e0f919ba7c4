import { DatabaseError } from 'pg';

import type { SourceSettings } from '../../config/settings/settings';
import { quoteIdentifier } from '../../documents/sql-text';
import { type FailureType, SyncFailure } from '../../sync/failures';
import type { FoundLock } from './find-lock';
import { networkFailure } from './network-failure';

/** The work during which an error arose: the same SQLSTATE can blame the operator, the table or us. */
export type SourceActivity =
  'connecting' | 'reading the catalog' | 'describing a relation' | 'reading rows' | 'reading a view' | 'running a rule';

interface Policy {
  readonly type: FailureType;
  readonly remedy?: string;
}

const LOCK_TIMEOUT = '55P03';
/** A character that the database's encoding has not; PostgreSQL meets it in a statement before it reads any row. */
const UNTRANSLATABLE = '22P05';

const RECOVERY_CONFLICT =
  'A standby cancels queries that hold replay back: it is read again. Where that goes on, set hot_standby_feedback = ' +
  'on there, or raise its max_standby_streaming_delay.';

/** By SQLSTATE, or by its class of two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POLICIES: Readonly<Record<string, Policy>> = {
  '08': { type: 'SourceUnavailable' },
  '0A000': {
    type: 'InvalidConfig',
    remedy: 'This service lacks what pgferry needs: the README lists those that work.',
  },
  '25P03': {
    type: 'SourceUnavailable',
    remedy: 'Elasticsearch was too slow for an open transaction: it is read again.',
  },
  '25P04': { type: 'SourceUnavailable', remedy: 'Raise transaction_timeout for the role.' },
  [UNTRANSLATABLE]: {
    type: 'InvalidConfig',
    remedy: `Write rules, names and values with characters that the database's encoding has.`,
  },
  '28': { type: 'SourceAuthentication' },
  '3D000': { type: 'InvalidConfig', remedy: 'Correct `database`, or create it.' },
  '3F000': { type: 'InvalidConfig', remedy: 'Correct `schema`, or create it.' },
  '40': { type: 'SourceUnavailable', remedy: RECOVERY_CONFLICT },
  '42501': { type: 'SourcePermission' },
  '42P01': { type: 'RelationMissing' },
  '53': { type: 'SourceUnavailable', remedy: 'The server lacks connections, memory or disk space: free some.' },
  '55P03': { type: 'SourceUnavailable', remedy: 'Another session keeps the table locked: wait for it, or end it.' },
  '57': { type: 'SourceUnavailable' },
  '58': { type: 'SourceUnavailable' },
  XX001: { type: 'SourceUnavailable', remedy: 'The server reports corrupted data: see its log.' },
  XX002: { type: 'SourceUnavailable', remedy: 'The server reports a corrupted index: rebuild it by `reindex`.' },
};

const POOLS_STATEMENTS: Policy = {
  type: 'InvalidConfig',
  remedy: 'Let PgBouncer pool sessions or transactions for this database: `pool_mode = transaction`.',
};

/** Work that holds a snapshot for long, which replay may be in the way of. */
const READS: ReadonlySet<SourceActivity> = new Set(['reading rows', 'reading a view', 'running a rule']);

/** SQLSTATEs that a query is to blame for; 08P01: it has parameters. */
const RULE_ERRORS = /^(08P01|0A|2[0-7]|42(?!501)|P0|54)/;
/** SQLSTATEs that the query of a view is to blame for, on some row. */
const VIEW_ERRORS = /^(0A|2[0-7]|P0|54)/;
const VIEW_REMEDY = 'The query of a view or foreign table fails: correct it, or leave the relation out of `tables`.';

/** While rows are read by a plan, what no longer fits the plan has changed since. */
const CHANGED_SINCE_PLANNED = new Set(['42P01', '3F000', '42703', '42704', '42883']);

/** Classes whose messages speak of names and states. Messages of all others can hold values of rows. */
const MESSAGES_WITHOUT_VALUES = new Set(['08', '0A', '25', '28', '3D', '3F', '40', '42', '53', '55', '57', '58']);

/**
 * Turns an error of `pg`, the network or TLS into a failure that names server, database and role. Values of rows,
 * which PostgreSQL puts into messages, details and contexts, stay out.
 * @param wait - the wait for a lock that PostgreSQL may have ended
 */
export function toSourceFailure(
  error: unknown,
  settings: SourceSettings,
  activity: SourceActivity,
  wait: LockWait = {},
): SyncFailure {
  if (error instanceof SyncFailure) return error;
  const where = describeServer(settings);
  if (!(error instanceof DatabaseError))
    return networkFailure(error, settings, { where, isReading: READS.has(activity) });
  const state = error.code ?? 'XX000';
  if (state === LOCK_TIMEOUT && activity !== 'connecting' && activity !== 'reading the catalog')
    return lockFailure(`${where}: `, wait);
  if (isRowSecurity(error)) return rowSecurityFailure(error, where);
  const { type, remedy } =
    refusalOfRole(error, settings) ?? refusalOfConnection(error.message, state) ?? policyFor(state, activity);
  return new SyncFailure(type, `${where}: ${reduceMessage(error.message, state)}${describeConflict(error)}`, remedy);
}

/** What is known of a wait for a lock. */
export interface LockWait {
  readonly lock?: FoundLock | undefined;
  readonly waitedMs?: number;
}

/**
 * The failure of a relation whose lock was waited for in vain.
 * @param where - put before the message
 */
export function lockFailure(where: string, { lock, waitedMs }: LockWait): SyncFailure {
  const waited = waitedMs === undefined ? '' : ` ${Math.round(waitedMs / 1_000)} s`;
  const message = `${where}waited${waited} ${lock?.reason ?? 'for a lock'} in vain`;
  const holder = lock?.processId;
  if (holder === undefined) return new SyncFailure('RelationLocked', message);
  const remedy =
    `Wait until process ${holder} ends its transaction, or end it: ` +
    `\`select pg_terminate_backend(${holder})\`; or raise lock_timeout.`;
  return new SyncFailure('RelationLocked', message, remedy);
}

function describeServer({ host, port, database, username }: SourceSettings): string {
  return `PostgreSQL at ${host}:${port}, database "${database}", role "${username}"`;
}

function policyFor(state: string, activity: SourceActivity): Policy {
  if (activity === 'running a rule' && RULE_ERRORS.test(state))
    return state === UNTRANSLATABLE ? { ...POLICIES[state], type: 'InvalidRule' } : { type: 'InvalidRule' };
  if (activity === 'reading a view' && VIEW_ERRORS.test(state)) return { type: 'InvalidConfig', remedy: VIEW_REMEDY };
  if ((activity === 'reading rows' || activity === 'reading a view') && CHANGED_SINCE_PLANNED.has(state))
    return { type: 'SourceChanged' };
  return POLICIES[state] ?? POLICIES[state.slice(0, 2)] ?? { type: 'Defect' };
}

/**
 * A pooler may take no transactions; pg_hba.conf may ask for TLS, or for a certificate. The server says so in English
 * unless `lc_messages` differs.
 */
function refusalOfConnection(message: string, state: string): Policy | undefined {
  if (state === '08P01' && message.includes('statement pooling mode')) return POOLS_STATEMENTS;
  if (!state.startsWith('28')) return undefined;
  if (/valid client certificate/.test(message))
    return {
      type: 'SourceAuthentication',
      remedy: 'Give `ssl_cert` and `ssl_key`: the server asks for a certificate.',
    };
  if (/no encryption|SSL off/.test(message))
    return { type: 'SourceAuthentication', remedy: 'Set `ssl_enabled: true`, or let pg_hba.conf take it unencrypted.' };
  if (/SSL encryption|SSL on/.test(message))
    return { type: 'SourceAuthentication', remedy: 'Correct pg_hba.conf of the server, or username and database.' };
  if (message.includes('channel binding'))
    return {
      type: 'SourceAuthentication',
      remedy: 'Something between pgferry and PostgreSQL ends TLS: connect directly, or set `channel_binding: disable`.',
    };
  return undefined;
}

function reduceMessage(message: string, state: string): string {
  if (state === UNTRANSLATABLE) return `a character is none of the database's encoding (${state})`;
  return MESSAGES_WITHOUT_VALUES.has(state.slice(0, 2)) ? `${message} (${state})` : `error ${state}`;
}

/** What a query was in the way of: "User query might have needed to see row versions that must be removed." */
function describeConflict({ message, detail }: DatabaseError): string {
  return detail !== undefined && message.includes('conflict with recovery') ? `: ${detail}` : '';
}

/** The role may not connect to the database, or not at all: the grants of its tables are not to blame. */
function refusalOfRole(
  { code, routine, message }: DatabaseError,
  { database, username }: SourceSettings,
): Required<Policy> | undefined {
  const role = quoteIdentifier(username);
  if (code === '42501' && routine === 'CheckMyDatabase') {
    return { type: 'SourcePermission', remedy: `grant connect on database ${quoteIdentifier(database)} to ${role};` };
  }
  const catalog =
    code === '42501' ? /^permission denied for (?:table|view|relation) (pg_\w+)$/u.exec(message)?.[1] : undefined;
  if (catalog !== undefined)
    return { type: 'SourcePermission', remedy: `grant select on pg_catalog.${catalog} to ${role};` };
  const refused = code === '42501' ? /^permission denied for function (.+)$/u.exec(message)?.[1] : undefined;
  if (refused !== undefined) {
    // Without its arguments PostgreSQL takes the name where there is one such function.
    return { type: 'SourcePermission', remedy: `grant execute on function ${quoteIdentifier(refused)} to ${role};` };
  }
  const limited = code === '53300' ? /^too many connections for (role|database) /u.exec(message)?.[1] : undefined;
  if (limited !== undefined) {
    const owner = limited === 'role' ? role : quoteIdentifier(database);
    return {
      type: 'SourceUnavailable',
      remedy:
        `Close other connections, or allow more: alter ${limited} ${owner} connection limit N; ` +
        'a sync needs 2, and takes up to `concurrency` + 3.',
    };
  }
  if (code === '28000' && message.includes('not permitted to log in')) {
    return { type: 'SourceAuthentication', remedy: `alter role ${role} login;` };
  }
  return undefined;
}

/** With `row_security = off` PostgreSQL refuses to answer instead of leaving rows out. */
function isRowSecurity(error: DatabaseError): boolean {
  return error.code === '42501' && error.routine === 'check_enable_rls';
}

function rowSecurityFailure(error: DatabaseError, where: string): SyncFailure {
  return new SyncFailure(
    'SourcePermission',
    `${where}: row level security hides rows: ${error.message}`,
    'Give the role BYPASSRLS, or accept that its policies decide what is synced: `documents.row_security: filtered`. ' +
      'Where no role gets BYPASSRLS (Azure), do that, with a policy that shows the role all rows: `using (true)`.',
  );
}
