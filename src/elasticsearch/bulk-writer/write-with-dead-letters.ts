import type { BulkBody, BulkOutcome } from '../../sync/bulk-body';
import { deleteBody } from '../../sync/bulk-item';
import { SyncFailure } from '../../sync/failures';
import { requireSameIndex } from '../answers/require-same-index';
import { toSyncFailure } from '../answers/translate-failure';
import { deliverBody } from '../bulk/deliver-body';
import { type Delivery, deliveryTo } from '../bulk/delivery';
import { groupByVersion, lettersOfRejected } from '../dead-letters/letters-of-rejected';
import { writeDeadLetters } from '../dead-letters/write-dead-letters';
import type { BulkMetrics, BulkWriterOptions } from './bulk-writer-options';
import { rememberDropped } from './remember-dropped';
import { requireFieldsAsSent } from './require-fields-as-sent';

/** Shared by the bodies of one writer. */
export interface WriterContext {
  readonly options: BulkWriterOptions;
  readonly signal: AbortSignal;
  readonly onPushback: () => void;
  readonly onAnswer: (bulk: Omit<BulkMetrics, 'inFlight'>) => void;
}

/**
 * Writes one body until every item is indexed, deleted, superseded or safe as a dead letter.
 * @param isReadBack - whether what was stored of it is read back, where ingest pipelines work on it
 * @throws SyncFailure `PipelineInterferes` where a pipeline changes what pgferry needs
 */
export async function writeWithDeadLetters(
  context: WriterContext,
  body: BulkBody,
  relation: string,
  isReadBack: boolean,
): Promise<BulkOutcome> {
  const { options, onAnswer, signal } = context;
  const { connectorId, jobId, client, deadLetters, watch, newestVersion, newestOfOthers } = options;
  const started = performance.now();
  let retried = 0;
  const stored = new Set<string>();
  const plain = plainDelivery(context);
  const delivery: Delivery = {
    ...plain,
    onRetry: (items) => {
      retried += items;
    },
    bury: async (part, rejected) => {
      if (rejected.length === 0) return;
      const letters = lettersOfRejected(part, rejected, { connectorId, relation, jobId });
      await writeDeadLetters(client, deadLetters, letters, signal);
      // The row has changed to what the index can't hold: what it was before must not stay.
      for (const [version, ids] of groupByVersion(letters)) {
        await deliverBody(plain, deleteBody(ids, version));
      }
    },
    ...(watch === undefined
      ? {}
      : {
          watch,
          drop: (part, dropped) =>
            rememberDropped({ options, watch, plain, signal, connectorId, relation, jobId }, part, dropped),
          onStored: (ids) => {
            for (const id of ids) stored.add(id);
          },
        }),
  };
  try {
    const outcome = await deliverBody(delivery, body);
    if (options.requireUuid !== undefined) await requireSameIndex(client, options.target, options.requireUuid);
    if (isReadBack && watch !== undefined) {
      const target = { client, watch, deadLetters, connectorId, relation, signal };
      const versions = { newestVersion, newestOfOthers: newestOfOthers?.() };
      await requireFieldsAsSent({ ...target, ...versions, body, ids: stored });
    }
    const durationMs = performance.now() - started;
    onAnswer({ items: body.offsets.length, bytes: body.bytes.length, durationMs, retried, outcome });
    return outcome;
  } catch (error) {
    signal.throwIfAborted();
    const failure = toSyncFailure(error, `writing to ${options.target}`);
    const isChanged = failure instanceof SyncFailure && failure.type === 'DestinationChanged';
    // What is there now tells what to do.
    if (options.requireUuid !== undefined && isChanged)
      await requireSameIndex(client, options.target, options.requireUuid);
    throw failure;
  }
}

/** For bodies whose rejected items are let go: deletions. */
function plainDelivery({ options, signal, onPushback }: WriterContext): Delivery {
  const { client, target, requireAlias, pipeline, retryForMs, observer, watch } = options;
  const { newestVersion, newestOfOthers, onConflict } = options;
  const isWatched = watch !== undefined;
  const endpoint = { client, target, requireAlias, signal, isWatched, ...(pipeline === undefined ? {} : { pipeline }) };
  const delivery = deliveryTo(endpoint, { newestVersion, newestOfOthers, onConflict, retryForMs });
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
