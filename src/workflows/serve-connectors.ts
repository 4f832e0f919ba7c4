import { continueAsNew, isCancellation, proxyActivities } from '@temporalio/workflow';

import type { ServiceActivities } from '../activities/contract/service-activities';
import type { ServiceInput } from '../sync/wire/workflow-names';

/**
 * Lets one of the workers whose files serve the same connectors that are managed in Elasticsearch see to them: another one takes
 * over when it dies. It ends when nobody has for a minute; the next worker that can starts it again.
 */
export async function serveConnectors(input: ServiceInput): Promise<void> {
  const { serveConnectors: serve } = proxyActivities<ServiceActivities>({
    taskQueue: input.taskQueue,
    startToCloseTimeout: '2 hours',
    scheduleToStartTimeout: '1 minute',
    heartbeatTimeout: '12 seconds',
    retry: { initialInterval: '1 second', backoffCoefficient: 1 },
  });
  try {
    await serve();
  } catch (error) {
    if (isCancellation(error)) throw error;
    return;
  }
  await continueAsNew<typeof serveConnectors>(input);
}
