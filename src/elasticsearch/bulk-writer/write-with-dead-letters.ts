import type { BulkBody, BulkOutcome } from '../../sync/bulk-body';
import { deleteBody } from '../../sync/bulk-item';
import { toSyncFailure } from '../answers/translate-failure';
import { deliverBody } from '../bulk/deliver-body';
import { type Delivery, deliveryTo } from '../bulk/delivery';
import { groupByVersion, lettersOfRejected } from '../dead-letters/letters-of-rejected';
import { writeDeadLetters } from '../dead-letters/write-dead-letters';
import type { BulkMetrics, BulkWriterOptions } from './bulk-writer-options';

/** Shared by the bodies of one writer. */
export interface WriterContext {
  readonly options: BulkWriterOptions;
  readonly signal: AbortSignal;
  readonly onPushback: () => void;
  readonly onAnswer: (bulk: Omit<BulkMetrics, 'inFlight'>) => void;
}

/** Writes one body until every item is indexed, deleted, superseded or safe as a dead letter. */
export async function writeWithDeadLetters(
  context: WriterContext,
  body: BulkBody,
  relation: string,
): Promise<BulkOutcome> {
  const { options, onAnswer } = context;
  const started = performance.now();
  let retried = 0;
  const plain = plainDelivery(context);
  const delivery: Delivery = {
    ...plain,
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
        await deliverBody(plain, deleteBody(ids, version));
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

/** For bodies whose rejected items are let go: deletions. */
function plainDelivery({ options, signal, onPushback }: WriterContext): Delivery {
  const { client, target, requireAlias, pipeline, newestVersion, retryForMs, observer } = options;
  const endpoint = { client, target, requireAlias, signal, ...(pipeline === undefined ? {} : { pipeline }) };
  const delivery = deliveryTo(endpoint, { newestVersion, retryForMs });
  return {
    ...delivery,
    send: async (bytes) => {
      const started = performance.now();
      const reply = await delivery.send(bytes);
      observer?.onRequest(performance.now() - started);
      return reply;
    },
    onPushback,
  };
}
