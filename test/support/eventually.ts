import { setTimeout as delay } from 'node:timers/promises';

/** Waits until a condition holds, and fails with its description when it does not within the time. */
export async function eventually(
  description: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${description}`);
    await delay(50);
  }
}
