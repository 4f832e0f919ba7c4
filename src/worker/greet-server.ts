import { connect, type SecureClientSessionOptions } from 'node:http2';

/** Milliseconds for an answer. */
const TIMEOUT_MS = 5_000;

/** How a server meets a client that speaks HTTP/2 over TLS. */
export interface Greeting {
  /** Whether the handshake of TLS went through. */
  readonly isEncrypted: boolean;
  /** Whether the server spoke HTTP/2 then. */
  readonly answers: boolean;
  /** The error's code of Node.js; empty for none. */
  readonly code: string;
  readonly text: string;
}

/** Begins a connection as gRPC does, and ends it when the server has answered. @param address `HOST:PORT` */
export function greetServer(address: string, options: SecureClientSessionOptions): Promise<Greeting> {
  return new Promise((resolve) => {
    let isEncrypted = false;
    const session = connect(`https://${address}`, options);
    const end = (greeting: Partial<Greeting>) => {
      resolve({ isEncrypted, answers: false, code: '', text: '', ...greeting });
      session.destroy();
    };
    session.once('connect', () => {
      isEncrypted = true;
    });
    session.once('remoteSettings', () => {
      end({ answers: true });
    });
    session.on('error', (error: NodeJS.ErrnoException) => {
      end({ code: error.code ?? '', text: error.message });
    });
    session.once('close', () => {
      end({});
    });
    session.setTimeout(TIMEOUT_MS, () => {
      end({});
    });
  });
}
