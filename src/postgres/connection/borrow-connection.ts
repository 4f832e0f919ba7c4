import type { PoolClient } from 'pg';

import { waitAloud } from '../../waits/hear-waits';
import { requestCancellation } from './request-cancellation';
import type { Source } from './source';

/** A connection borrowed from the pool. */
export interface BorrowedConnection {
  readonly client: PoolClient;
  /** The session's process, as PostgreSQL or a pooler told it. */
  readonly processId: number | undefined;
  /** Gives it back for others to use. */
  readonly release: () => void;
  /** Ends whatever runs on it, and the connection; does nothing when it was given back. */
  readonly destroy: () => void;
}

/**
 * Borrows a connection, and destroys it as soon as the signal fires.
 * @throws the signal's reason, or what `pg` throws when it can't connect
 */
export async function borrowConnection(source: Source, signal?: AbortSignal): Promise<BorrowedConnection> {
  signal?.throwIfAborted();
  const client = await waitAloud(abortable(source.pool.connect(), signal), 'connection', describePool(source));
  let borrowed = true;
  const giveBack = (broken: boolean) => {
    if (!borrowed) return;
    borrowed = false;
    signal?.removeEventListener('abort', destroy);
    if (broken) cancelStatement(source, client);
    client.release(broken);
  };
  const destroy = () => {
    giveBack(true);
  };
  signal?.addEventListener('abort', destroy);
  // The statement that runs reports what breaks the connection; without a listener it would end the process, too.
  if (client.listenerCount('error', ignoreError) === 0) client.on('error', ignoreError);
  return {
    client,
    processId: cancellationKey(client)?.processId,
    release: () => {
      giveBack(false);
    },
    destroy,
  };
}

/** Waits for a connection no longer than the signal allows; one that comes later goes back unused. */
async function abortable(connecting: Promise<PoolClient>, signal: AbortSignal | undefined): Promise<PoolClient> {
  if (signal === undefined) return connecting;
  return new Promise<PoolClient>((resolve, reject) => {
    const abort = () => {
      reject(asError(signal.reason));
    };
    signal.addEventListener('abort', abort);
    connecting.then(
      (client) => {
        signal.removeEventListener('abort', abort);
        if (signal.aborted) client.release();
        else resolve(client);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        reject(asError(error));
      },
    );
  });
}

/** Asks the server to end the statement: it would notice a closed connection only when it next sends a row. */
function cancelStatement({ settings }: Source, client: PoolClient): void {
  const key = cancellationKey(client);
  if (key !== undefined) requestCancellation(settings, key);
}

function cancellationKey(client: PoolClient) {
  const { processID, secretKey } = client as { readonly processID?: unknown; readonly secretKey?: unknown };
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return undefined;
  return { processId: processID, secretKey };
}

function describePool({ settings: { host, port } }: Source): string {
  return `for a connection to PostgreSQL at ${host}:${port}`;
}

function ignoreError(): void {
  // The error has reached whoever waits for the statement.
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}
