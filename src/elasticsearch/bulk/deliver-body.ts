import { addOutcomes, type BulkBody, type BulkOutcome, NO_OUTCOME } from '../../sync/bulk-body';
import { SyncFailure } from '../../sync/failures';
import { beginWait, type BegunWait, UNTOLD_MS } from '../../waits/hear-waits';
import type { ErrorSummary } from '../answers/error-summary';
import type { AnsweredItem } from './answered-item';
import { bisectBody, pickItems } from './bulk-slices';
import { classifyReply } from './classify-reply';
import type { Delivery } from './delivery';
import { judgeItems } from './judge-items';
import { requireSentHere, requireStoredAsSent } from './pipeline-watch';

/** Requests of several items that fail as a whole are cut after so many attempts: smaller ones may pass. */
const ATTEMPTS_BEFORE_CUT = 3;
/** A large document whose request breaks the connection so often, while others pass, is the one to blame. */
const ATTEMPTS_BEFORE_BLAME = 5;
const LARGE_BYTES = 1_048_576;

/**
 * Delivers a body: sends again what Elasticsearch refuses for now, cuts requests that it refuses as a whole down to the
 * document that it can't take, and buries what it refuses for good. Resolves when every item is acknowledged.
 *
 * @throws SyncFailure when no item makes progress for `retryForMs`, or what fails is not an item's fault.
 */
export async function deliverBody(delivery: Delivery, body: BulkBody): Promise<BulkOutcome> {
  const wait = beginWait();
  try {
    return await deliverItems(delivery, body, wait);
  } finally {
    wait.end();
  }
}

async function deliverItems(delivery: Delivery, body: BulkBody, wait: BegunWait): Promise<BulkOutcome> {
  let outcome = NO_OUTCOME;
  let pending = body;
  let lastProgress = performance.now();
  for (let attempt = 0; pending.offsets.length > 0; attempt += 1) {
    if (attempt > 0) {
      delivery.onRetry?.(pending.offsets.length);
      await delivery.wait(attempt - 1);
    }
    const step = await sendOnce(delivery, pending, attempt);
    outcome = addOutcomes(outcome, step.outcome);
    if (step.rest.offsets.length < pending.offsets.length) lastProgress = performance.now();
    pending = step.rest;
    if (step.isTooLarge && pending.offsets.length > 1) {
      return addOutcomes(outcome, await deliverHalves(delivery, pending));
    }
    const isOverdue = performance.now() - lastProgress > delivery.retryForMs;
    if (step.failure !== undefined && performance.now() - lastProgress > UNTOLD_MS)
      wait.tell('retry', describeRefusal(delivery, step.failure));
    if (isOverdue && step.failure !== undefined) throw step.failure;
  }
  return outcome;
}

/** The same for as long as it is refused so: how many items are left is no news. */
function describeRefusal({ target }: Delivery, { type, message }: SyncFailure): string {
  const reason = type === 'DestinationOverloaded' ? 'it has too much to do' : message;
  return `for Elasticsearch to take writes to ${target}: ${reason}`;
}

/** Result of one request. */
interface Step {
  readonly outcome: BulkOutcome;
  /** Items to send again. */
  readonly rest: BulkBody;
  /** Whether the rest may pass only in smaller requests. */
  readonly isTooLarge: boolean;
  /** Why there is a rest. */
  readonly failure?: SyncFailure;
}

const EMPTY: BulkBody = { bytes: Buffer.alloc(0), offsets: [] };

async function sendOnce(delivery: Delivery, body: BulkBody, attempt: number): Promise<Step> {
  const count = body.offsets.length;
  const answer = classifyReply(await delivery.send(body.bytes), count, delivery.target);
  switch (answer.kind) {
    case 'done':
      return finish({ ...NO_OUTCOME, indexed: count, bytes: body.bytes.length });
    case 'items':
      return settleItems(delivery, body, answer.items, attempt);
    case 'refused':
      if (count === 1) return buryWhole(delivery, body, answer.error);
      return { outcome: NO_OUTCOME, rest: body, isTooLarge: true };
    case 'later': {
      const { isPushback, mayBeSize, failure } = answer;
      if (isPushback) delivery.onPushback?.();
      const isBlamed = mayBeSize && !isPushback && attempt + 1 >= ATTEMPTS_BEFORE_BLAME;
      if (isBlamed && count === 1 && body.bytes.length > LARGE_BYTES && (await delivery.isReachable())) {
        return buryWhole(delivery, body, { type: 'connection_reset' });
      }
      return { outcome: NO_OUTCOME, rest: body, isTooLarge: mayBeSize && attempt + 1 >= ATTEMPTS_BEFORE_CUT, failure };
    }
  }
}

async function settleItems(
  delivery: Delivery,
  body: BulkBody,
  items: readonly AnsweredItem[],
  attempt: number,
): Promise<Step> {
  const { target, watch } = delivery;
  if (watch !== undefined) requireSentHere(items, target, watch);
  const verdict = judgeItems(items, { ...delivery, attempt });
  if (watch !== undefined) delivery.onStored?.(requireStoredAsSent(body, items, watch));
  await delivery.bury?.(body, verdict.rejected);
  if (verdict.dropped.length > 0) await delivery.drop?.(body, verdict.dropped);
  if (verdict.retry.length > 0) delivery.onPushback?.();
  return {
    outcome: {
      ...verdict.counts,
      rejected: verdict.rejected.length,
      dropped: verdict.dropped.length,
      bytes: body.bytes.length,
    },
    rest: pickItems(body, verdict.retry),
    isTooLarge: verdict.isTooLarge,
    failure: new SyncFailure(
      'DestinationOverloaded',
      `Elasticsearch refused ${verdict.retry.length} writes to ${target} for too long.`,
    ),
  };
}

async function buryWhole(delivery: Delivery, body: BulkBody, error: ErrorSummary): Promise<Step> {
  await delivery.bury?.(body, [{ item: 0, error }]);
  return finish({ ...NO_OUTCOME, rejected: 1, bytes: body.bytes.length });
}

async function deliverHalves(delivery: Delivery, body: BulkBody): Promise<BulkOutcome> {
  const [first, second] = bisectBody(body);
  return addOutcomes(await deliverBody(delivery, first), await deliverBody(delivery, second));
}

function finish(outcome: BulkOutcome): Step {
  return { outcome, rest: EMPTY, isTooLarge: false };
}
