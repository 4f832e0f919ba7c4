import type { BulkBody, BulkOutcome } from '../../sync/bulk-body';
import { deleteBody } from '../../sync/bulk-item';
import { toSyncFailure } from '../answers/translate-failure';
import { deliverBody, type Delivery } from '../bulk/deliver-body';
import { postBulk } from '../bulk/post-bulk';
import { waitBeforeRetry } from '../bulk/wait-before-retry';
import { isReachable } from '../connection/is-reachable';
import { groupByVersion, lettersOfRejected } from '../dead-letters/letters-of-rejected';
import { writeDeadLetters } from '../dead-letters/write-dead-letters';
import type { BulkMetrics, BulkWriterOptions } from './bulk-writer-options';

/** What the bodies of one writer share. */
export interface WriterContext {
  readonly options: BulkWriterOptions;
  readonly signal: AbortSignal;
  readonly onPushback: () => void;
  readonly onAnswer: (bulk: Omit<BulkMetrics, 'inFlight'>) => void;
}

const DEFAULT_RETRY_FOR_MS = 120_000;

/** Writes one body until every item is indexed, deleted, superseded or safe as a dead letter. */
export async function writeWithDeadLetters(
  context: WriterContext,
  body: BulkBody,
  relation: string,
): Promise<BulkOutcome> {
  const { options, onAnswer } = context;
  const started = performance.now();
  let retried = 0;
  const delivery: Delivery = {
    ...plainDelivery(context),
    onRetry: (items) => {
      retried += items;
    },
    bury: async (part, rejected) => {
      if (rejected.length === 0) return;
      const { connectorId, jobId, client, deadLetters } = options;
      const letters = lettersOfRejected(part, rejected, { connectorId, relation, jobId });
      await writeDeadLetters(client, deadLetters, letters, context.signal);
      // The row has changed to what the index can't hold: what it was before must not stay.
      for (const [version, ids] of groupByVersion(letters)) {
        await deliverBody(plainDelivery(context), deleteBody(ids, version));
      }
    },
  };
  try {
    const outcome = await deliverBody(delivery, body);
    const durationMs = performance.now() - started;
    onAnswer({ items: body.offsets.length, bytes: body.bytes.length, durationMs, retried, outcome });
    return outcome;
  } catch (error) {
    context.signal.throwIfAborted();
    throw toSyncFailure(error, `writing to ${options.target}`);
  }
}

function plainDelivery({ options, signal, onPushback }: WriterContext): Delivery {
  const { client, target, requireAlias, pipeline, newestVersion, retryForMs = DEFAULT_RETRY_FOR_MS } = options;
  const optional = pipeline === undefined ? {} : { pipeline };
  const endpoint = { client, target, requireAlias, signal, ...optional };
  return {
    target,
    newestVersion,
    retryForMs,
    ...optional,
    send: async (bytes) => {
      const started = performance.now();
      const reply = await postBulk(endpoint, bytes);
      options.observer?.onRequest(performance.now() - started);
      return reply;
    },
    isReachable: () => isReachable(client),
    wait: (attempt) => waitBeforeRetry(attempt, signal),
    bury: () => Promise.resolve(),
    onPushback,
    onRetry: () => undefined,
  };
}
