import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';

import { createDataConverter } from '../../../src/payloads/data-converter';
import { quietRuntime, workflowBundle } from '../../support/temporal';
import { temporalAddress } from '../../support/temporal-address';

/** Workflows that the tests before this one ran. */
const RUN = `WorkflowType in ('syncConnector', 'scheduledSync')`;

test('every sync that was run on this server can be replayed from its history', async () => {
  quietRuntime();
  const connection = await Connection.connect({ address: temporalAddress() });
  const dataConverter = createDataConverter();
  const histories = new Client({ connection, dataConverter }).workflow.list({ query: RUN }).intoHistories();
  const replayed = Worker.runReplayHistories({ workflowBundle: await workflowBundle(), dataConverter }, histories);
  const failed: string[] = [];
  let count = 0;
  for await (const { workflowId, error } of replayed) {
    count += 1;
    if (error !== undefined) failed.push(`${workflowId}: ${error.message}`);
  }
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(50);
  process.stderr.write(`replayed ${count} histories\n`);
  await connection.close();
});
