import { AsyncLocalStorage } from 'node:async_hooks';

import type { Wait, WaitKind } from '../sync/wait';

/** Milliseconds after which a wait is told. */
export const UNTOLD_MS = 5_000;

/** Hears everything that work waits for now, whenever that changes; an empty list when it goes on. */
export type WaitListener = (waits: readonly Wait[]) => void;

/** A wait that has begun, and may be told. */
export interface BegunWait {
  /** Tells it, or that its reason has changed. */
  readonly tell: (kind: WaitKind, reason: string) => void;
  /** It is over, at least for now. */
  readonly end: () => void;
}

interface Hearing {
  readonly listener: WaitListener;
  readonly signal: AbortSignal | undefined;
  readonly told: Map<object, Wait>;
}

/**
 * The work under way, as Temporal's own context is known within an activity: what waits is deep down, in the rooms of the
 * servers, and who tells it is at the rim.
 */
const hearings = new AsyncLocalStorage<Hearing>();

/**
 * Runs work, and hears of everything that it waits for.
 * @param signal - ends what waits, see {@link endOfWork}
 */
export function hearWaits<Result>(
  listener: WaitListener,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  return hearings.run({ listener, signal, told: new Map() }, work);
}

/** The signal that ends the work under way: nobody waits for its sake any more. */
export function endOfWork(): AbortSignal | undefined {
  return hearings.getStore()?.signal;
}

/** To be called when a wait begins, within the work that waits; nothing is told where nobody hears it. */
export function beginWait(): BegunWait {
  const hearing = hearings.getStore();
  if (hearing === undefined) return UNHEARD;
  const since = new Date();
  const key = {};
  const { told } = hearing;
  const listen = () => {
    // What several parts of the work wait for is told once, since the first of them.
    const byReason = new Map([...told.values()].reverse().map((wait) => [wait.reason, wait]));
    hearing.listener([...byReason.values()].reverse());
  };
  return {
    tell: (kind, reason) => {
      if (told.get(key)?.reason === reason) return;
      told.set(key, { kind, reason, since: since.toISOString() });
      listen();
    },
    end: () => {
      if (told.delete(key)) listen();
    },
  };
}

const UNHEARD: BegunWait = { tell: () => undefined, end: () => undefined };

/**
 * Waits for work, and tells so once it takes long.
 * @param reason - completes "waits"
 */
export async function waitAloud<Result>(work: Promise<Result>, kind: WaitKind, reason: string): Promise<Result> {
  const wait = beginWait();
  const timer = setTimeout(() => {
    wait.tell(kind, reason);
  }, UNTOLD_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    wait.end();
  }
}
