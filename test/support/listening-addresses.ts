import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `TCP_LISTEN` of the kernel. */
const LISTEN = '0A';
const IPV4_LOOPBACK = '0100007F';
const IPV6_LOOPBACK = '00000000000000000000000001000000';

/** The addresses that a process listens at, as Linux tells: `loopback:7233`, or the kernel's words for another one. */
export function listeningAddresses(pid: number): string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/u)?.[1] ?? [];
      } catch {
        // Closed in the meantime.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/u))
      .filter(([, , , state, , , , , , inode = '']) => state === LISTEN && sockets.has(inode))
      .map(([, local = '']) => nameAddress(local)),
  );
}

function nameAddress(local: string): string {
  const [address = '', port = ''] = local.split(':');
  const isLoopback = address === IPV4_LOOPBACK || address === IPV6_LOOPBACK;
  return `${isLoopback ? 'loopback' : address}:${parseInt(port, 16)}`;
}
