import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** A server that takes connections and does no more. */
export interface SickServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Closes every connection at once. */
export function startRefusingServer(): Promise<SickServer> {
  return listen((socket) => socket.destroy());
}

/** Takes every connection, reads what comes, and never answers. */
export function startSilentServer(): Promise<SickServer> {
  return listen((socket) => socket.resume());
}

/** A port of this machine at which nobody listens. */
export async function findClosedPort(): Promise<number> {
  const { port, close } = await listen(() => undefined);
  await close();
  return port;
}

async function listen(onConnection: (socket: Socket) => unknown): Promise<SickServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
