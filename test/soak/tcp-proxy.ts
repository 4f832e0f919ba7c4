import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy for any protocol over TCP that loses connections or makes them wait when it is told to. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection there is. */
  readonly cut: () => void;
  /** Passes nothing on, in either direction, until {@link release}; also of connections that come meanwhile. */
  readonly hold: () => void;
  readonly release: () => void;
  readonly close: () => Promise<void>;
}

interface Line {
  readonly near: Socket;
  readonly far: Socket;
  readonly reset: () => void;
}

/** Starts a proxy on the loopback interface. */
export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const lines = new Set<Line>();
  let isHeld = false;
  const server = createServer((near) => {
    const far = connect(target);
    const reset = () => {
      if (lines.delete(line)) for (const socket of [near, far]) socket.resetAndDestroy();
    };
    const line = { near, far, reset };
    lines.add(line);
    pump(near, far, reset, () => isHeld);
    pump(far, near, reset, () => isHeld);
    if (isHeld) pause(line);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const line of [...lines]) line.reset();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    hold: () => {
      isHeld = true;
      lines.forEach(pause);
    },
    release: () => {
      isHeld = false;
      for (const { near, far } of lines) for (const socket of [near, far]) socket.resume();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        cut();
      }),
  };
}

/** Passes on what one side sends, as fast as the other takes it. */
function pump(from: Socket, to: Socket, reset: () => void, isHeld: () => boolean): void {
  from.setNoDelay(true);
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => {
    if (!isHeld()) from.resume();
  });
  from.on('end', () => to.end());
  from.on('error', reset).on('close', reset);
}

function pause({ near, far }: Line): void {
  near.pause();
  far.pause();
}
