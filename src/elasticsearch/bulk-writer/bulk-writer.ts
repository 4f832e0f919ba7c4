import { setMaxListeners } from 'node:events';

import type { BulkBody, BulkOutcome } from '../../sync/bulk-body';
import { isDeletion } from '../../sync/bulk-item';
import { toRelationFailure } from '../../sync/relation-failure';
import { followAbort } from '../connection/follow-abort';
import { observeBulk, observePushback, startPace } from './bulk-pace';
import { createSlots } from './bulk-slots';
import type { BulkWriterOptions } from './bulk-writer-options';
import { type WriterContext, writeWithDeadLetters } from './write-with-dead-letters';

/** A body that was taken over. */
export interface AcceptedBulk {
  /** Resolves when Elasticsearch has acknowledged every item; rejects with the writer's failure. */
  readonly acknowledged: Promise<BulkOutcome>;
}

/** Writes bulk bodies, several at a time, until every item is acknowledged. */
export interface BulkWriter {
  /**
   * Takes a body over as soon as a slot is free: waiting for it is the backpressure for who reads. The body's bytes
   * must not be changed until it is acknowledged. Where ingest pipelines work on the documents, a relation's first bodies
   * are acknowledged, and have been read back, before this resolves.
   *
   * @param relation - name of the relation that the documents come from.
   * @throws SyncFailure the failure of an earlier body: after one nothing more is accepted, of its relation where the
   * failure is that relation's alone.
   */
  accept(body: BulkBody, relation: string): Promise<AcceptedBulk>;
  /** Bytes that the next body should have; changes with Elasticsearch's answers. */
  targetBytes(): number;
  /** Waits until everything accepted is acknowledged; throws the first failure, of whichever relation. */
  flush(): Promise<void>;
  /** Ends everything that is still running and waits for it. Never throws. */
  close(): Promise<void>;
}

const DEFAULT_CONCURRENCY = { min: 1, max: 8 };
/** The first body is small and each is twice as large as the one before it: few rows are shared by several requests. */
const FIRST_BYTES = 512 * 1_024;

/** Documents of a relation that are read back: a pipeline may work on some of them only. */
const READ_BACK = 1_000;

/** Starts a writer. Nothing is sent before the first body; end it with {@link BulkWriter.close}. */
export function createBulkWriter(options: BulkWriterOptions): BulkWriter {
  const ending = followAbort(options.signal);
  // Each request in flight listens.
  setMaxListeners(0, ending.signal);
  const end = (reason: unknown) => {
    ending.unfollow();
    ending.abort(reason);
  };
  let pace = startPace(options.concurrency ?? DEFAULT_CONCURRENCY);
  const slots = createSlots(() => pace.concurrency);
  const running = new Set<Promise<unknown>>();
  let accepted = 0;
  const targetBytes = () => Math.min(pace.targetBytes, FIRST_BYTES * 2 ** accepted);
  const context: WriterContext = {
    options,
    signal: ending.signal,
    onPushback: () => {
      pace = observePushback({ ...pace, targetBytes: targetBytes() });
      options.observer?.onPushback();
    },
    onAnswer: (bulk) => {
      pace = observeBulk(pace, { ...bulk, finishedAt: performance.now(), isSaturated: slots.waiting > 0 });
      options.observer?.onBulk({ ...bulk, inFlight: slots.inFlight });
    },
  };

  const failed = new Map<string, unknown>();
  /** Documents by relation. */
  const readBack = new Map<string, number>();
  const start = (body: BulkBody, relation: string, isReadBack: boolean): Promise<BulkOutcome> => {
    const acknowledged = writeWithDeadLetters(context, body, relation, isReadBack)
      .catch((error: unknown) => {
        if (toRelationFailure(error) === undefined) end(error);
        else if (!failed.has(relation)) failed.set(relation, error);
        throw error;
      })
      .finally(() => {
        slots.release();
        running.delete(acknowledged);
      });
    running.add(acknowledged);
    // Whoever accepted it may look later: until then a rejection must not count as unhandled.
    acknowledged.catch(() => undefined);
    return acknowledged;
  };

  const throwFailure = (relation?: string) => {
    ending.signal.throwIfAborted();
    for (const [name, error] of failed) if (relation === undefined || relation === name) throw error;
  };

  return {
    async accept(body, relation) {
      throwFailure(relation);
      await slots.take();
      try {
        throwFailure(relation);
      } catch (error) {
        slots.release();
        throw error;
      }
      accepted += 1;
      const before = readBack.get(relation) ?? 0;
      const isReadBack = options.watch !== undefined && before < READ_BACK && !isDeletion(body.bytes);
      if (isReadBack) readBack.set(relation, before + body.offsets.length);
      const acknowledged = start(body, relation, isReadBack);
      if (isReadBack) await acknowledged;
      return { acknowledged };
    },
    targetBytes,
    async flush() {
      await Promise.allSettled(running);
      throwFailure();
    },
    async close() {
      end(new Error('the bulk writer was closed'));
      await Promise.allSettled(running);
    },
  };
}
