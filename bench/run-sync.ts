import { Client as Elasticsearch } from '@elastic/elasticsearch';

import type { SyncOptions } from '../src/sync/job';
import type { SyncReport } from '../src/sync/report';
import { SYNC_WORKFLOW, type SyncWorkflow, syncWorkflowId } from '../src/sync/wire/workflow-names';
import { watchProcesses } from './process-use';
import type { Sample } from './sample';
import { type Stage, TASK_QUEUE } from './stage';
import type { BenchWorker } from './workers';

/** A sync to measure. */
export interface BenchSync {
  readonly connectorId: string;
  readonly jobType: 'full' | 'incremental';
  readonly options?: SyncOptions;
}

/** Starts a sync as any client of Temporal does, so that no time of a command line counts. */
export async function runSync(
  stage: Stage,
  workers: readonly BenchWorker[],
  sync: BenchSync,
): Promise<Sample & SyncReport> {
  await Promise.all(workers.map((worker) => worker.loopDelayMs()));
  const stopWatching = await watchProcesses(workers.flatMap((worker) => worker.pid() ?? []));
  const started = performance.now();
  const handle = await startSync(stage, sync);
  const report = await handle.result();
  const seconds = (performance.now() - started) / 1_000;
  const use = await stopWatching();
  const loopDelayMs = Math.max(...(await Promise.all(workers.map((worker) => worker.loopDelayMs()))));
  const { historyLength } = await handle.describe();
  return {
    ...report,
    ...use,
    seconds,
    loopDelayMs,
    documents: report.indexed + report.unchanged + report.deleted,
    bytes: report.relations.reduce((sum, { bytes }) => sum + bytes, 0),
    events: historyLength,
  };
}

export function startSync({ temporal }: Stage, { connectorId, jobType, options }: BenchSync) {
  return temporal.workflow.start<SyncWorkflow>(SYNC_WORKFLOW, {
    taskQueue: TASK_QUEUE,
    workflowId: syncWorkflowId(connectorId),
    args: [{ connectorId, jobType, trigger: 'manual', ...(options === undefined ? {} : { options }) }],
  });
}

/** Deletes a connector's index, so that its next sync is a first one. */
export async function forgetIndex(stage: Stage, connectorId: string): Promise<void> {
  const client = new Elasticsearch({ node: stage.elasticsearch });
  try {
    const found = await client.indices.get({ index: `bench-${connectorId}*`, expand_wildcards: 'all' });
    const names = Object.keys(found);
    if (names.length > 0) await client.indices.delete({ index: names });
  } finally {
    await client.close();
  }
}
