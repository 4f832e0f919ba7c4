import { type Client, WorkflowNotFoundError } from '@temporalio/client';

import { followWorkflowId } from '../sync/wire/workflow-names';
import { beginStream, stopStream } from './control-stream';

/** A change that lets a connector be followed as the file says. */
export interface StreamChange {
  readonly action: 'start' | 'stop' | 'unchanged';
  /** Of the stream's workflow. */
  readonly id: string;
  readonly connectorId: string;
}

/** A connector of the file. */
export interface StreamWish {
  readonly id: string;
  /** Absent: its changes are not to be followed. */
  readonly continuous?: object | undefined;
}

/** Finds the changes that let those connectors be followed, and no others, which have a section `continuous`. */
export async function findStreamChanges(client: Client, connectors: readonly StreamWish[]): Promise<StreamChange[]> {
  const found = await Promise.all(
    connectors.map(async ({ id: connectorId, continuous }): Promise<StreamChange[]> => {
      const id = followWorkflowId(connectorId);
      const [isWanted, runs] = [continuous !== undefined, await isRunning(client, id)];
      if (!isWanted && !runs) return [];
      return [{ action: isWanted === runs ? 'unchanged' : isWanted ? 'start' : 'stop', id, connectorId }];
    }),
  );
  return found.flat();
}

/** Makes one change. A stream that runs takes other settings within a minute by itself. */
export async function applyStreamChange(client: Client, taskQueue: string, change: StreamChange): Promise<void> {
  if (change.action === 'start') await beginStream(client, taskQueue, change.connectorId);
  if (change.action === 'stop') await stopStream(client, change.connectorId);
}

/** Lets connectors be followed as a file says. */
export async function applyStreams(
  client: Client,
  taskQueue: string,
  connectors: readonly StreamWish[],
): Promise<string[]> {
  const changes = await findStreamChanges(client, connectors);
  for (const change of changes) await applyStreamChange(client, taskQueue, change);
  return changes.filter(({ action }) => action !== 'stop').map(({ id }) => id);
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
