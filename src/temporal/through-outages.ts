import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';

const ASK_AGAIN_MS = 1_000;

/** Codes of gRPC by which a server can't be reached, or can't answer now: https://grpc.io/docs/guides/status-codes/ */
const OUTAGES: ReadonlySet<number> = new Set([4, 8, 10, 13, 14]);

/**
 * Asks Temporal, and asks again for as long as it can't be reached. The client itself gives up after some 20 s, but what
 * runs there outlives every outage, and so does whoever follows it.
 *
 * @param onOutage - Called once when an outage begins.
 * @param signal - Ends the asking.
 */
export async function throughOutages<Answer>(
  ask: () => Promise<Answer>,
  onOutage: () => void,
  signal?: AbortSignal,
): Promise<Answer> {
  for (let isOut = false; ; isOut = true) {
    try {
      return await ask();
    } catch (error) {
      if (signal?.aborted === true || !isOutage(error)) throw error;
      if (!isOut) onOutage();
      await sleep(ASK_AGAIN_MS, undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** Whether an error of Temporal's client says no more than that the server is not there. */
function isOutage(error: unknown): boolean {
  return error instanceof ServiceError && isGrpcServiceError(error.cause) && OUTAGES.has(error.cause.code);
}
