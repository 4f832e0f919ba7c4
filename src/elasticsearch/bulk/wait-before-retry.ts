import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Milliseconds to wait before attempt `attempt` (from 0): doubles each time, and differs so that writers don't meet again. */
function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return ceiling * (0.5 + random() / 2);
}

/** Waits before the next attempt; throws the signal's reason as soon as it is aborted. */
export async function waitBeforeRetry(attempt: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(backoffMs(attempt), undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
