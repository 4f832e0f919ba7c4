import type { Transaction } from '../connection/transaction';
import { createTupleDecoder, type ValueSink } from '../copy-protocol/tuple-decoder';

/** Collects values into batches, and hands each to whoever made the collector. */
export interface Collector extends ValueSink {
  /** Hands out what is left. */
  readonly flush: () => void;
}

/**
 * Runs a COPY of one column and yields the batches that a collector makes of its values. One batch waits ready while
 * the last one is being used; then the server has to wait.
 * @throws what `pg` throws, once all rows before the error have been yielded
 */
export async function* streamValues<Batch>(
  tx: Transaction,
  query: string,
  createCollector: (onBatch: (batch: Batch) => void) => Collector,
): AsyncGenerator<Batch, void> {
  const ready: Batch[] = [];
  const state = { ended: false, wake: () => {} };
  const collector = createCollector((batch) => {
    ready.push(batch);
    copy.pause();
    state.wake();
  });
  const decoder = createTupleDecoder(collector);
  const copy = tx.copyOut(query, decoder.push);
  const end = copy.finished.finally(() => {
    state.ended = true;
    collector.flush();
    state.wake();
  });
  end.catch(() => undefined);
  for (;;) {
    const batch = ready.shift();
    if (batch !== undefined) {
      if (ready.length === 0) copy.resume();
      yield batch;
    } else if (state.ended) {
      break;
    } else {
      await new Promise<void>((resolve) => (state.wake = resolve));
    }
  }
  await end;
  decoder.end();
}
