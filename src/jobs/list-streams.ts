import type { Client } from '@temporalio/client';

import { FOLLOW_WORKFLOW, followWorkflowId } from '../sync/wire/workflow-names';

/** A stream as Temporal's lists have it. */
export interface ListedStream {
  readonly runId: string;
  /** `running`, or how it ended. */
  readonly status: string;
}

/** Streams that are listed at most, those that run first. */
const MOST = 10_000;
const PAGE = 1_000;
const ID_PREFIX = followWorkflowId('');

/** The latest stream of every connector of a task queue, by connector. */
export async function listStreams(client: Client, taskQueue: string): Promise<ReadonlyMap<string, ListedStream>> {
  const conditions = [
    `WorkflowType = '${FOLLOW_WORKFLOW}'`,
    `TaskQueue = ${JSON.stringify(taskQueue)}`,
    `ExecutionStatus != 'ContinuedAsNew'`,
  ];
  const latest = new Map<string, ListedStream & { readonly startedAt: Date }>();
  let count = 0;
  for await (const execution of client.workflow.list({ query: conditions.join(' and '), pageSize: PAGE })) {
    const { workflowId, runId, status, startTime: startedAt } = execution;
    const connectorId = workflowId.slice(ID_PREFIX.length);
    const known = latest.get(connectorId);
    if (known === undefined || known.startedAt < startedAt)
      latest.set(connectorId, { runId, status: status.name.toLowerCase(), startedAt });
    count += 1;
    if (count >= MOST) break;
  }
  return latest;
}
