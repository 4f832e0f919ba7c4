import { Client, Connection } from '@temporalio/client';

import type { SyncReport } from '../../../src/sync/report';
import { createRandom, type Random } from '../../soak/random';
import type { RunningCommand } from '../../support/command-line';
import { connectorEntry, uniqueTaskQueue, writeConfiguration } from '../../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../../support/elasticsearch';
import { createDatabase } from '../../support/postgres';
import { countDocuments } from '../../support/read-documents';
import { temporalAddress } from '../../support/temporal-address';
import { startWorkerProcess } from '../../support/worker-process';

jest.setTimeout(1_200_000);

/** Of each file. */
const SYNCS = Number(process.env['PGFERRY_TWO_FILES_SYNCS'] ?? 20);
const SEED = Number(process.env['PGFERRY_TWO_FILES_SEED'] ?? Date.now() % 1_000_000);
const ROWS = 200;

test('Syncs of two files on one task queue all complete, while workers of both are started and stopped at random', async () => {
  process.stderr.write(`two files, ${SYNCS} syncs each, seed ${SEED}\n`);
  const random = createRandom(SEED);
  const database = await createDatabase();
  await database.sql(`create table item (id int primary key); insert into item select generate_series(1, ${ROWS})`);
  const taskQueue = uniqueTaskQueue();
  const entries = [1, 2].map(() => Array.from({ length: SYNCS }, () => connectorEntry(database, { tables: 'item' })));
  const files = entries.map((connectors) => writeConfiguration({ connectors, temporal: { task_queue: taskQueue } }));
  const connection = await Connection.connect({ address: temporalAddress() });
  const client = new Client({ connection });
  let isOver = false;
  const keepers = files.map((file) => keepWorker(file, random.fork(), () => isOver));
  try {
    const reports = await Promise.all(
      entries.flat().map(async ({ connector_id: connectorId }) => {
        const args = [{ connectorId, jobType: 'full' }];
        const workflowId = `sync-${connectorId}`;
        const handle = await client.workflow.start('syncConnector', { taskQueue, workflowId, args });
        return (await handle.result()) as SyncReport;
      }),
    );
    expect(reports.map(({ status, indexed }) => [status, indexed])).toEqual(reports.map(() => ['completed', ROWS]));
    for (const { index_name: index } of entries.flat()) expect(await countDocuments(index)).toBe(ROWS);
  } finally {
    isOver = true;
    await Promise.all(keepers);
    await connection.close();
    const elasticsearch = connectElasticsearch();
    for (const { index_name: index } of entries.flat()) await deleteIndices(elasticsearch, index);
    await elasticsearch.close();
    await database.drop();
  }
});

/** Runs a worker of a file, and stops or kills it again and again, until the test is over. */
async function keepWorker(file: string, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const worker = await startWorkerProcess(file);
    await waitUntil(isOver, 1_000 + random.next() * 8_000);
    await end(worker, isOver() || random.chance(0.5) ? 'SIGTERM' : 'SIGKILL');
    await waitUntil(isOver, random.next() * 2_000);
  }
}

async function end({ child, finished }: RunningCommand, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await finished;
}

async function waitUntil(isOver: () => boolean, ms: number): Promise<void> {
  for (const deadline = Date.now() + ms; !isOver() && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
