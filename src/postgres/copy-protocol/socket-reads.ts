import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** Takes what arrives. The chunk is its own only until it returns: the next read may be in the same memory. */
export type ChunkTaker = (chunk: Buffer) => void;

/** Bytes read from the system at a time. */
const READ_BYTES = 256 * 1_024;

/** Sockets that read into one buffer, and who has borrowed it. */
const borrowers = new WeakMap<Duplex, { take?: ChunkTaker }>();

/**
 * Opens a socket that reads into the same buffer again and again: Node.js makes a new one for every read, and their
 * bytes drive its garbage collector, which then takes half of the worker's CPU time. Who listens to `data` gets copies.
 */
export function openSocket(): Socket {
  const borrower: { take?: ChunkTaker } = {};
  const options: SocketConstructorOpts & ConnectOpts = {
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (size, { buffer, byteOffset }) => {
        const chunk = Buffer.from(buffer, byteOffset, size);
        if (borrower.take === undefined) socket.emit('data', Buffer.from(chunk));
        else borrower.take(chunk);
        return true;
      },
    },
  };
  const socket = new Socket(options);
  borrowers.set(socket, borrower);
  return socket;
}

/**
 * Hands what arrives to `take` instead of to the driver that listens to the stream.
 * @returns gives the stream back to the driver
 */
export function divertReads(stream: Duplex, take: ChunkTaker): () => void {
  const borrower = borrowers.get(stream);
  if (borrower !== undefined) {
    borrower.take = take;
    return () => delete borrower.take;
  }
  // An encrypted connection: what it decrypts is in buffers of its own.
  const [driver] = stream.listeners('data') as ChunkTaker[];
  if (driver === undefined) throw new Error('node-postgres does not listen to its socket');
  stream.on('data', take);
  stream.removeListener('data', driver);
  return () => {
    stream.on('data', driver);
    stream.removeListener('data', take);
  };
}
