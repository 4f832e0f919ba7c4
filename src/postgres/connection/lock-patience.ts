/** How long statements that follow each other may wait for locks together. */
export interface LockPatience {
  /** Milliseconds that are left; never less than a moment, or a lock that is held that long would count as kept. */
  readonly leftMs: () => number;
}

const MOMENT_MS = 1_000;

/** Begins now. */
export function startLockPatience(totalMs: number): LockPatience {
  const deadline = performance.now() + totalMs;
  return { leftMs: () => Math.round(Math.max(Math.min(MOMENT_MS, totalMs), deadline - performance.now())) };
}
