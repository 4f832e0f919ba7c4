import { DatabaseError, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';

import { quoteIdentifier } from '../../documents/sql-text';
import { endOfWork } from '../../waits/hear-waits';
import { type CopyOut, startCopyOut } from '../copy-protocol/copy-out';
import type { CopyDataSink } from '../copy-protocol/message-splitter';
import { borrowConnection, type BorrowedConnection } from './borrow-connection';
import { findAwaitedLock } from './find-lock';
import { recognizeRefuser } from './recognize-product';
import type { Source } from './source';
import { type SourceActivity, toSourceFailure } from './translate-error';
import { type StatementWatch, watchStatements } from './watch-statements';

/** Options of a transaction, which is always read only. */
export interface TransactionOptions {
  /** @default 'read committed' */
  readonly isolation?: 'read committed' | 'repeatable read';
  /**
   * Milliseconds a statement may take beside waiting for locks; 0 for no limit, as a COPY needs: waiting for its reader
   * counts.
   * @default 60_000
   */
  readonly statementTimeoutMs?: number;
  /**
   * Milliseconds a statement may wait for a lock.
   * @default the source's setting
   */
  readonly lockTimeoutMs?: number;
  /**
   * Schemas in which unqualified names are looked up.
   * @default ['pg_catalog']
   */
  readonly searchPath?: readonly string[] | undefined;
  /**
   * Decides whom an error blames.
   * @default 'reading the catalog'
   */
  readonly activity?: SourceActivity;
  /**
   * Cancels the running statement and drops the connection at once; the signal's reason is thrown.
   * @default that which ends the work under way
   */
  readonly signal?: AbortSignal | undefined;
}

/** A column of a statement's result; its type by `pg_type.oid` and `atttypmod`. */
export interface ResultColumn {
  readonly name: string;
  readonly type: { readonly oid: number; readonly modifier: number };
  /** The table's column that it shows: `pg_class.oid` and `attnum`, both 0 where it shows none. */
  readonly origin: { readonly table: number; readonly column: number };
}

/** A read-only transaction. Errors are those of `pg`; they are mapped where the transaction ends. */
export interface Transaction {
  readonly source: Source;
  /** Of several statements, which take one round trip and no values, it gives the rows of the last. */
  readonly query: <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** The columns of a single statement. */
  readonly describe: (text: string) => Promise<readonly ResultColumn[]>;
  /** Starts `copy (query) to stdout (format binary)`. */
  readonly copyOut: (query: string, sink: CopyDataSink) => CopyOut;
}

/**
 * Runs `work` in a transaction whose settings make values print the same everywhere.
 * @throws SyncFailure for every error of PostgreSQL, the network or TLS; the signal's reason when it fired
 */
export async function withTransaction<Result>(
  source: Source,
  work: (tx: Transaction) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const open = openTransaction(source, options);
  try {
    const result = await work(await open.begin());
    await open.commit();
    return result;
  } catch (error) {
    throw open.explain(error);
  } finally {
    open.end();
  }
}

/** As {@link withTransaction}, for work that hands out items; who stops taking them ends the transaction. */
export async function* streamTransaction<Item>(
  source: Source,
  work: (tx: Transaction) => AsyncIterable<Item>,
  options: TransactionOptions = {},
): AsyncGenerator<Item, void> {
  const open = openTransaction(source, options);
  try {
    yield* work(await open.begin());
    await open.commit();
  } catch (error) {
    throw open.explain(error);
  } finally {
    open.end();
  }
}

/** The steps of a transaction, in the order in which they are taken. */
interface OpenTransaction {
  readonly begin: () => Promise<Transaction>;
  /** Gives the connection back, too. */
  readonly commit: () => Promise<void>;
  /**
   * Gives the error to throw for that of any step.
   * @throws the signal's reason when it fired
   */
  readonly explain: (error: unknown) => Error;
  /** Destroys the connection of a transaction that was not committed. */
  readonly end: () => void;
}

function openTransaction(source: Source, options: TransactionOptions): OpenTransaction {
  const { signal = endOfWork(), activity = 'reading the catalog' } = options;
  const { lockTimeoutMs = source.settings.lockTimeoutMs } = options;
  let connection: BorrowedConnection | undefined;
  const findLock = async () => {
    const processId = connection?.processId;
    return processId === undefined ? undefined : findAwaitedLock(source, processId);
  };
  const watch = watchStatements(findLock, lockTimeoutMs);
  return {
    begin: async () => {
      connection = await borrowConnection(source, signal);
      await beginTransaction(connection.client, source, { ...options, lockTimeoutMs });
      return transactionOn(source, connection, watch);
    },
    commit: async () => {
      await connection?.client.query('commit');
      // What a rule's query calls can outlive its transaction: settings, another role, advisory locks.
      if (activity === 'running a rule') connection?.destroy();
      else connection?.release();
    },
    explain: (error) => {
      signal?.throwIfAborted();
      return toSourceFailure(error, source.settings, activity, {
        lock: watch.lastLock(),
        // Of a series of statements that share their patience this one is only the last.
        waitedMs: source.settings.lockTimeoutMs,
      });
    },
    end: () => connection?.destroy(),
  };
}

/** A server that knows none of the settings is another one than PostgreSQL, or too old. */
async function beginTransaction(
  client: BorrowedConnection['client'],
  source: Source,
  options: TransactionOptions & { readonly lockTimeoutMs: number },
): Promise<void> {
  try {
    await client.query(beginStatements(source, options));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw (await recognizeRefuser(client, source.settings)) ?? error;
  }
}

function transactionOn(source: Source, { client }: BorrowedConnection, watch: StatementWatch): Transaction {
  return {
    source,
    query: async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      // Of several statements node-postgres gives a list, which its types do not tell.
      const result: QueryResult<Row> | QueryResult<Row>[] = await watch.over(client.query<Row>(text, [...values]));
      return [result].flat().at(-1)?.rows ?? [];
    },
    describe: async (text) => {
      // Values, even none, make node-postgres use the extended protocol.
      const query = client.query({ text, values: [], queryMode: 'extended' } as QueryConfig);
      const { fields } = await watch.over(query);
      return fields.map(({ name, dataTypeID, dataTypeModifier, tableID, columnID }) => ({
        name,
        origin: { table: tableID, column: columnID },
        type: { oid: dataTypeID, modifier: dataTypeModifier },
      }));
    },
    copyOut: (query, sink) => {
      const copy = startCopyOut(client, query, sink);
      return { ...copy, finished: watch.over(copy.finished, true) };
    },
  };
}

/** One round trip. Whatever the server, the database or the role have as defaults, values print the same. */
function beginStatements(source: Source, options: TransactionOptions & { readonly lockTimeoutMs: number }): string {
  const { isolation = 'read committed', searchPath = ['pg_catalog'], lockTimeoutMs } = options;
  const { statementTimeoutMs = 60_000 } = options;
  return `
    begin isolation level ${isolation}, read only;
    set local timezone = 'UTC';
    set local datestyle = 'ISO';
    set local intervalstyle = 'iso_8601';
    set local bytea_output = 'hex';
    set local extra_float_digits = 3;
    set local xmlbinary = 'base64';
    set local search_path = ${searchPath.map(quoteIdentifier).join(', ')};
    set local row_security = ${source.rowSecurity === 'filtered' ? 'on' : 'off'};
    set local synchronize_seqscans = off;
    set local max_parallel_workers_per_gather = 0;
    set local jit = off;
    set local statement_timeout = ${statementTimeoutMs === 0 ? 0 : statementTimeoutMs + lockTimeoutMs};
    set local lock_timeout = ${lockTimeoutMs};
    set local idle_in_transaction_session_timeout = '10min'`;
}
