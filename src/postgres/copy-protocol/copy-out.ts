import type { Connection, PoolClient } from 'pg';

import { type CopyDataSink, createMessageSplitter } from './message-splitter';
import { divertReads } from './socket-reads';

/** A COPY that runs. */
export interface CopyOut {
  /** Settles when the server is done and the connection takes statements again; rejects with what `pg` throws. */
  readonly finished: Promise<void>;
  /** Stops taking bytes from the socket, so that the server has to wait. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/**
 * Runs `copy (query) to stdout (format binary)` and hands the sink what arrives, at once and without copying it: it is
 * the sink's until it returns. node-postgres would make an object of every row; while the COPY runs, this reads the
 * socket in its place. All data that precede an error reach the sink before the error is thrown.
 */
export function startCopyOut(client: PoolClient, query: string, sink: CopyDataSink): CopyOut {
  const { stream } = client.connection;
  const finished = new Promise<void>((resolve, reject) => {
    // The methods that node-postgres calls on a query: see its lib/query.js.
    client.query({
      submit: (connection: Connection) => {
        listenInPlaceOfDriver(connection, sink);
        connection.query(`copy (${query}) to stdout (format binary)`);
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => {
        resolve();
      },
      handleError: (error: Error) => {
        reject(error);
      },
    });
  });
  // A reader that stops early does not wait for the end.
  finished.catch(() => undefined);
  return {
    finished,
    pause: () => stream.pause(),
    resume: () => stream.resume(),
  };
}

function listenInPlaceOfDriver({ stream }: Connection, sink: CopyDataSink): void {
  const splitter = createMessageSplitter(sink);
  const giveBack = divertReads(stream, (chunk) => {
    try {
      const rest = splitter.push(chunk);
      if (rest === undefined) return;
      giveBack();
      stream.resume();
      stream.emit('data', Buffer.from(rest));
    } catch (error) {
      stream.destroy(error as Error);
    }
  });
}
