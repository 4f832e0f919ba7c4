/** What is waited for: a lock of PostgreSQL, a connection to it, the answer of a server, or the next attempt. */
export const WAIT_KINDS = ['lock', 'connection', 'answer', 'retry'] as const;
export type WaitKind = (typeof WAIT_KINDS)[number];

/** Something that has been waited for long enough to be told. */
export interface Wait {
  readonly kind: WaitKind;
  /** Completes "waits": `for a lock on public.item, held by process 4711 since 2026-11-28 12:03:11Z`. */
  readonly reason: string;
  /** Since when; ISO 8601. */
  readonly since: string;
}

/** A moment as people read it, to the second: `2026-11-28 12:03:11Z`. */
export function formatMoment(moment: Date): string {
  return moment.toISOString().replace('T', ' ').replace(/\.\d+/u, '');
}

/** A sentence without its full stop: `waits for a lock on public.item (since 2026-11-28 12:04:00Z)`. */
export function describeWait({ reason, since }: Wait): string {
  return `waits ${reason} (waiting since ${formatMoment(new Date(since))})`;
}
