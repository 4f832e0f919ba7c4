import { connect, type ConnectionOptions } from 'node:tls';

/** Milliseconds for an answer. */
const TIMEOUT_MS = 5_000;
/** First bytes of a client, which a server answers: https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** Reaction of a server to a client that speaks HTTP/2 over TLS. */
export interface TlsProbe {
  /** Whether the handshake of TLS went through. */
  readonly isEncrypted: boolean;
  /** The error's code of Node.js; empty for none. */
  readonly code: string;
  readonly text: string;
}

/** Begins a connection as gRPC does, and ends it when the server has answered. */
export function probeTls(options: ConnectionOptions): Promise<TlsProbe> {
  return new Promise((resolve) => {
    let isEncrypted = false;
    const socket = connect({ ...options, ALPNProtocols: ['h2'] });
    const end = (probe: Partial<TlsProbe>) => {
      clearTimeout(timer);
      resolve({ isEncrypted, code: '', text: '', ...probe });
      socket.destroy();
    };
    const timer = setTimeout(() => {
      end({});
    }, TIMEOUT_MS);
    socket.once('secureConnect', () => {
      isEncrypted = true;
      socket.write(PREFACE);
    });
    socket.once('data', () => {
      end({});
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end({ code: error.code ?? '', text: error.message });
    });
    socket.once('close', () => {
      end({});
    });
  });
}
