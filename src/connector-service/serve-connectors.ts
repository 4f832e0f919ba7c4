import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, type Context } from '@temporalio/activity';

import { ensureProtocolIndices } from '../elasticsearch/connector-documents/ensure-protocol-indices';
import type { ServiceContext } from './context/service-context';
import { createService } from './create-service';

/** Milliseconds between two signs of life to Temporal: another worker takes over after a few that are missing. */
const BEAT_MS = 5_000;
/**
 * Milliseconds between two passes: while nothing is to be done, and while a job waits or runs. With all that is asked now and
 * then beside the passes, it is less than a request every two seconds.
 */
const IDLE_MS = 2_300;
const BUSY_MS = 1_000;
/** Milliseconds after which the activity ends and is begun anew, so that no history and no attempt lasts for ever. */
const LIFE_MS = 3_600_000;

type Surroundings = Pick<Context, 'cancellationSignal' | 'cancellationDetails' | 'heartbeat'>;

/**
 * Serves connectors that are managed in Elasticsearch for an hour.
 * @param context - as it is at the moment
 */
export async function serveConnectors(context: () => ServiceContext, surroundings: Surroundings): Promise<void> {
  const { cancellationSignal: signal, heartbeat } = surroundings;
  const beat = setInterval(heartbeat, BEAT_MS);
  heartbeat();
  const service = createService(context);
  try {
    const until = Date.now() + LIFE_MS;
    let isReady = false;
    let trouble: string | undefined;
    while (!signal.aborted && Date.now() < until) {
      let isBusy = false;
      try {
        if (!isReady) await ensureProtocolIndices(context().elasticsearch);
        isReady = true;
        isBusy = await service.pass();
        if (trouble !== undefined) context().log.info('The connectors in Elasticsearch are served again');
        trouble = undefined;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (message !== trouble) context().log.warn(`The connectors in Elasticsearch can't be served: ${message}`);
        trouble = message;
      }
      await sleep(isBusy ? BUSY_MS : IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
    await service.settle();
  } finally {
    clearInterval(beat);
  }
  if (signal.aborted)
    throw ApplicationFailure.retryable('The worker shuts down; another one goes on', 'WorkerShutdown');
}
