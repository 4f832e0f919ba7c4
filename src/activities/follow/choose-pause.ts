import { FAILURES, type FailureType } from '../../sync/failures';

/** An end of a stream that was not asked for. */
export interface StreamEnd {
  readonly type: FailureType;
  /** Milliseconds since it began. */
  readonly ranMs: number;
  /** Milliseconds that were waited before it began; 0: it was the first. */
  readonly waitedMs: number;
}

const SHORT = { firstMs: 1_000, mostMs: 30_000 };
/** Where trying again helps only once somebody, or something, has changed. */
const LONG = { firstMs: 10_000, mostMs: 600_000 };
/** Milliseconds after which a stream has proved itself. */
const PROVEN_MS = 60_000;

/**
 * Chooses after how many milliseconds a stream begins anew: each beginning costs an incremental sync, so the pauses double
 * unless it ran well meanwhile.
 */
export function choosePause({ type, ranMs, waitedMs }: StreamEnd): number {
  const ranWell = ranMs > Math.max(PROVEN_MS, 2 * waitedMs);
  // A definition that changed is followed at once. Where two of them take turns, each time copies whole relations.
  const isContended = type === 'ClaimLost' && waitedMs > 0 && !ranWell;
  const isPatient = type === 'StreamBehind' || isContended || !FAILURES[type].retryable;
  const { firstMs, mostMs } = isPatient ? LONG : SHORT;
  return ranWell ? firstMs : Math.min(mostMs, Math.max(firstMs, 2 * waitedMs));
}
