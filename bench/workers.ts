import { findFreePort } from '../src/ports/find-free-port';
import { imageAllocation } from '../test/support/image-environment';
import { createWorker, type Worker } from '../test/support/restarted-worker';
import type { Bench } from './bench';

/** A worker process whose metrics can be read. */
export interface BenchWorker extends Worker {
  /** 99th percentile of its event loop delay since this was last asked, in milliseconds. */
  readonly loopDelayMs: () => Promise<number>;
  /** Its metrics, as Prometheus reads them. */
  readonly metrics: () => Promise<string>;
}

/** Runs something with a number of worker processes of its own. */
export async function withWorkers<Result>(
  { stage }: Bench,
  count: number,
  work: (workers: readonly BenchWorker[]) => Promise<Result>,
): Promise<Result> {
  const workers = await Promise.all(Array.from({ length: count }, () => createBenchWorker(stage.configuration)));
  try {
    for (const worker of workers) await worker.start();
    return await work(workers);
  } finally {
    for (const worker of workers) await worker.stop();
  }
}

async function createBenchWorker(configuration: string): Promise<BenchWorker> {
  const monitoring = `127.0.0.1:${await findFreePort()}`;
  const worker = createWorker(configuration, { ...imageAllocation(), BENCH_MONITORING: monitoring });
  const metrics = async () => (await fetch(`http://${monitoring}/metrics`)).text();
  const loopDelayMs = async () =>
    Number(/^nodejs_eventloop_lag_p99_seconds ([0-9.e+-]+)$/m.exec(await metrics())?.[1] ?? NaN) * 1_000;
  return { ...worker, loopDelayMs, metrics };
}
