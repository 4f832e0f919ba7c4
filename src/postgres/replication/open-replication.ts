import { randomBytes } from 'node:crypto';
import type { Client, Connection } from 'pg';

import type { SourceSettings } from '../../config/settings/settings';
import { quoteIdentifier, quoteLiteral } from '../../documents/sql-text';
import { createReplicationClient } from '../connection/source';
import { toSourceFailure } from '../connection/translate-error';
import { readServer, type ReplicatedServer } from './identify-server';
import { readFrame, renderStatus } from './replication-frames';

/** A session with a temporary slot, which ends with it. */
export interface Replication {
  readonly slot: string;
  /** As `IDENTIFY_SYSTEM` tells it. */
  readonly server: ReplicatedServer;
  /** Starts the stream. Call it once. */
  readonly start: (publication: string, listener: ReplicationListener) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Tells the server below which position WAL is no longer needed; repeated while nothing else is said. */
  readonly confirm: (lsn: bigint) => void;
  /** Settles when the stream ended: rejects with a SyncFailure unless it was closed. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/** Hears the stream. What it throws ends the stream. */
export interface ReplicationListener {
  /** A message of the plugin; its bytes are the listener's own only until it returns. */
  readonly onMessage: (message: Buffer) => void;
  /** WAL up to the position has been looked through. */
  readonly onKeepalive: (endLsn: bigint) => void;
}

/** Milliseconds between status updates, well below `wal_sender_timeout`. */
const STATUS_MS = 1_000;
/** Milliseconds between two reads of what has come. */
const REST_MS = 10;

/** Whose stream it is, and who hears of its beginning. */
export interface ReplicationOwner {
  /** Names the stream among all of the server: what an earlier session of the same owner left behind is ended. */
  readonly owner: string;
  /** Hears the walsender's process before the slot is made. */
  readonly onCreating: (processId: number) => void;
}

/**
 * A server that is asked to make a slot waits for open transactions, and does not see meanwhile that nobody is there any
 * more. The same role may end its own sessions.
 */
const END_EARLIER = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = current_setting('application_name') and usename = current_user
    and datname = current_database() and pid <> pg_backend_pid()`;

/**
 * Connects and makes a temporary slot: that takes until every transaction has ended which had written before.
 * @throws SyncFailure whatever keeps it from that
 */
export async function openReplication(
  settings: SourceSettings,
  { owner, onCreating }: ReplicationOwner,
  signal: AbortSignal,
): Promise<Replication> {
  const client = createReplicationClient(settings, `pgferry follow ${owner}`);
  const ending = settle();
  client.on('error', (error) => {
    ending.reject(toSourceFailure(error, settings, 'connecting'));
  });
  client.on('end', () => {
    ending.reject(toSourceFailure(new Error('Connection terminated unexpectedly'), settings, 'connecting'));
  });
  const close = () => {
    ending.resolve();
    client.connection.stream.destroy();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    await Promise.race([client.connect(), ending.promise]);
    const server = await readServer(client);
    await client.query(END_EARLIER).catch(() => undefined);
    onCreating((client as unknown as { readonly processID: number }).processID);
    const slot = `pgferry_${randomBytes(8).toString('hex')}`;
    const creating = client.query(
      `CREATE_REPLICATION_SLOT ${quoteIdentifier(slot)} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
    );
    creating.catch(() => undefined);
    await Promise.race([creating, ending.promise]);
    signal.throwIfAborted();
    return { slot, server, ...streamOf(client, slot, settings, ending), ended: ending.promise, close };
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw toSourceFailure(error, settings, 'connecting');
  }
}

function streamOf(
  client: Client,
  slot: string,
  settings: SourceSettings,
  ending: Settling,
): Pick<Replication, 'start' | 'pause' | 'resume' | 'confirm'> {
  const { connection } = client;
  let confirmed = 0n;
  const say = () => {
    sendFrame(connection, renderStatus(confirmed, Date.now()));
  };
  let isPaused = false;
  let resting: NodeJS.Timeout | undefined;
  /**
   * A server sends each transaction as it commits: read one by one, that alone takes a good part of the CPU time. A socket of
   * TLS gives one message after each rest, however many came: it has none.
   */
  const rest = () => {
    if (settings.tls !== undefined || resting !== undefined) return;
    connection.stream.pause();
    resting = setTimeout(() => {
      resting = undefined;
      if (!isPaused) connection.stream.resume();
    }, REST_MS);
  };
  return {
    start: (publication, listener) => {
      const beat = setInterval(say, STATUS_MS);
      void ending.promise
        .catch(() => undefined)
        .finally(() => {
          clearInterval(beat);
        });
      const options = `proto_version '1', publication_names ${quoteLiteral(quoteIdentifier(publication))}`;
      const take = (chunk: Buffer) => {
        const frame = readFrame(chunk);
        if (frame?.kind === 'data') listener.onMessage(frame.message);
        else if (frame !== undefined) {
          listener.onKeepalive(frame.endLsn);
          if (frame.isReplyWanted) say();
        }
      };
      // The methods that node-postgres calls on a query: see its lib/query.js.
      client.query({
        submit: (to: Connection) => {
          to.query(`START_REPLICATION SLOT ${quoteIdentifier(slot)} LOGICAL 0/0 (${options})`);
        },
        handleCopyData: ({ chunk }: { readonly chunk: Buffer }) => {
          rest();
          try {
            take(chunk);
          } catch (error) {
            ending.reject(error);
            connection.stream.destroy();
          }
        },
        handleCommandComplete: () => undefined,
        handleReadyForQuery: () => {
          ending.reject(toSourceFailure(new Error('Connection terminated'), settings, 'connecting'));
        },
        handleError: (error: Error) => {
          ending.reject(toSourceFailure(error, settings, 'connecting'));
        },
      } as never);
    },
    pause: () => {
      isPaused = true;
      connection.stream.pause();
    },
    resume: () => {
      isPaused = false;
      if (resting === undefined) connection.stream.resume();
    },
    confirm: (lsn) => {
      if (lsn <= confirmed) return;
      confirmed = lsn;
      say();
    },
  };
}

function sendFrame(connection: Connection, frame: Buffer): void {
  if (!connection.stream.writable) return;
  (connection as unknown as { sendCopyFromChunk: (chunk: Buffer) => void }).sendCopyFromChunk(frame);
}

interface Settling {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function settle(): Settling {
  let [resolve, reject]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const promise = new Promise<void>((onDone, onFailure) => {
    [resolve, reject] = [onDone, onFailure];
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
