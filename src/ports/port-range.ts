import { readFileSync } from 'node:fs';

/** Ports from the first to the last, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Below what Linux (from 32768 on) and others (from 49152 on) give to outgoing connections, and Kubernetes to nodes. */
const USUAL: PortRange = { first: 10_000, last: 29_999 };
/** Fewer would be drawn twice too often. */
const ENOUGH = 1_000;
const HIGHEST = 65_535;

/**
 * Chooses a range where no outgoing connection takes a server's port meanwhile.
 *
 * @param outgoing - the system's range of such connections, as {@link readOutgoingRange} reads it
 */
export function serverPortRange(outgoing: PortRange | undefined): PortRange {
  if (outgoing === undefined) return USUAL;
  const below = { first: USUAL.first, last: Math.min(USUAL.last, outgoing.first - 1) };
  const above = { first: Math.max(USUAL.first, outgoing.last + 1), last: HIGHEST };
  return [below, above].find(({ first, last }) => last - first >= ENOUGH) ?? USUAL;
}

/** The ports that Linux gives to outgoing connections; undefined where the system doesn't say. */
export function readOutgoingRange(): PortRange | undefined {
  try {
    const [first = NaN, last = NaN] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/u)
      .map(Number);
    return first <= last ? { first, last } : undefined;
  } catch {
    return undefined;
  }
}
