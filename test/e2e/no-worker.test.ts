import { Client, Connection } from '@temporalio/client';

import { type FinishedCommand, runInProcess } from '../support/command-line';
import { connectorEntry, uniqueTaskQueue, writeConfiguration } from '../support/configuration-file';
import { postgresUrl } from '../support/postgres';
import { temporalAddress } from '../support/temporal-address';

const connector = connectorEntry({ url: postgresUrl(), name: 'postgres' });
const file = writeConfiguration({ connectors: [connector], temporal: { task_queue: uniqueTaskQueue() } });
const ask = (...args: readonly string[]): Promise<FinishedCommand> => runInProcess([...args, '-c', file]);

afterAll(async () => {
  const connection = await Connection.connect({ address: temporalAddress() });
  await new Client({ connection }).workflow.getHandle(`sync-${connector.connector_id}`).terminate('the test is over');
  await connection.close();
});

test('A sync that no worker takes up is said to wait for one, when it is started and when it is shown', async () => {
  const started = await ask('sync', '--detach');
  expect(started).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/no worker takes it up: .*started/su) as string,
  });
  expect(started.stderr).toContain('`pgferry worker`');
  const shown = await ask('jobs', 'show');
  expect(shown.stderr).toMatch(/sync of \S+: running, but no worker answers: `pgferry worker`/u);
});
