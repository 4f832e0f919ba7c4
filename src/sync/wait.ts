/** What is waited for: a lock of PostgreSQL, a connection to it, the answer of a server, or the next attempt. */
export type WaitKind = 'lock' | 'connection' | 'answer' | 'retry';

/** Something that has been waited for long enough to be told. */
export interface Wait {
  readonly kind: WaitKind;
  /** Completes "waits": `for a lock on public.item, held by process 4711 since 2026-11-28 12:03:11Z`. */
  readonly reason: string;
  /** Since when; ISO 8601. */
  readonly since: string;
}
