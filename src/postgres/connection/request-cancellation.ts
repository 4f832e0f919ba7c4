import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { SourceSettings } from '../../config/settings/settings';
import { tlsOptions } from './tls-options';

/** The key that PostgreSQL gave a connection to cancel its statements by. */
interface CancellationKey {
  readonly processId: number;
  readonly secretKey: number;
}

/**
 * Asks PostgreSQL to end what another connection runs; nobody waits for the outcome. The request goes encrypted where
 * that connection is: who reads the key could cancel its statements. Format of both messages:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function requestCancellation(settings: SourceSettings, { processId, secretKey }: CancellationKey): void {
  const { host, port, tls } = settings;
  const request = writeMessage(80_877_102, processId, secretKey);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port });
  makeUnimportant(socket, settings);
  if (tls === undefined) {
    socket.once('connect', () => socket.end(request));
    return;
  }
  socket.once('connect', () => socket.write(writeMessage(80_877_103)));
  socket.once('data', (answer) => {
    if (answer.toString() !== 'S') {
      socket.destroy();
      return;
    }
    // An address is no name that could be asked for (RFC 6066), but is compared with the certificate.
    const name = isIP(host) === 0 ? { servername: host } : {};
    const secured = connectTls({ ...tlsOptions(tls), ...name, socket, host }, () => secured.end(request));
    makeUnimportant(secured, settings);
  });
}

/** Its own length comes first. */
function writeMessage(...numbers: readonly number[]): Buffer {
  const message = Buffer.alloc(4 + 4 * numbers.length);
  [message.length, ...numbers].forEach((value, index) => message.writeInt32BE(value, 4 * index));
  return message;
}

function makeUnimportant(socket: Socket, { connectTimeoutMs }: SourceSettings): void {
  socket.on('error', () => undefined);
  socket.setTimeout(connectTimeoutMs, () => socket.destroy());
  socket.unref();
}
