import { setTimeout as sleep } from 'node:timers/promises';

import type { Source } from '../../postgres/connection/source';
import { withTransaction } from '../../postgres/connection/transaction';
import { listCommitted, readMoment } from '../../postgres/server/read-moment';

const POLL_MS = 100;
/** Milliseconds after which a transaction whose commit came before the slot has ended in the log. */
const LOG_MS = 500;

/** Waits for transactions that committed before the slot was ready, which it does not tell of, until they are visible. */
export async function untilSeen(source: Source, say: (doing: string) => void, signal: AbortSignal): Promise<void> {
  const look = (ids?: readonly bigint[]) =>
    withTransaction(source, async (tx) => {
      const { snapshot } = await readMoment(tx);
      const running = ids === undefined ? snapshot.running : snapshot.running.filter((id) => ids.includes(id));
      return { running, committed: await listCommitted(tx, running) };
    });
  let { running } = await look();
  const started = performance.now();
  while (running.length > 0) {
    await sleep(POLL_MS, undefined, { signal });
    const now = await look(running);
    if (now.committed.length === 0 && performance.now() - started > LOG_MS) return;
    say('waiting until transactions are visible that have committed');
    ({ running } = now);
  }
}
