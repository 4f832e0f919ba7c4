import { type Client, WorkflowNotFoundError } from '@temporalio/client';

import { decodePayload } from '../payloads/decode-payload';
import { type FollowState, readStreamState, type StreamState } from '../sync/wire/follow-state';
import { FOLLOW_QUERY, type FollowWorkflow, followWorkflowId } from '../sync/wire/workflow-names';
import { readEnding } from './read-ending';
import { isStarted, readPendingWork } from './read-pending-work';

/** A stream as Temporal knows it. */
export interface FoundStream {
  /** `running`, or how it ended. */
  readonly status: string;
  readonly runId: string;
  /** Absent while it runs. */
  readonly closedAt?: Date;
  /** Absent where no worker answers. */
  readonly state?: FollowState;
  /** How its activity goes, as its last heartbeat says. */
  readonly stream?: StreamState;
  /** The failure of the last attempt, while another one is waited for. */
  readonly lastFailure?: string;
}

/** Milliseconds to wait for the answer of a worker. */
const QUERY_MS = 5_000;

/** @returns undefined where the connector was never followed */
export async function findStream(client: Client, connectorId: string): Promise<FoundStream | undefined> {
  const handle = client.workflow.getHandle<FollowWorkflow>(followWorkflowId(connectorId));
  try {
    const description = await handle.describe();
    const { runId, closeTime: closedAt } = description;
    const status = description.status.name.toLowerCase();
    if (status !== 'running') {
      const error: unknown = await handle.result().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const failure = error === undefined ? undefined : readEnding(error).failure;
      return {
        ...{ status, runId },
        ...(closedAt === undefined ? {} : { closedAt }),
        ...(failure === undefined ? {} : { lastFailure: `${failure.message} ${failure.remedy}` }),
      };
    }
    const converter = client.options.loadedDataConverter;
    const [activity] = description.raw.pendingActivities ?? [];
    const payload = activity?.heartbeatDetails?.payloads?.[0];
    const heartbeat = payload == null ? undefined : await decodePayload(converter, payload).catch(() => undefined);
    const told = readStreamState(heartbeat);
    const isUnderWay = activity !== undefined && isStarted(activity);
    const stream = told === undefined || isUnderWay ? told : { ...told, doing: 'waiting to begin anew' };
    const [{ lastFailure } = {}] = await readPendingWork(description, converter);
    const ask = () => handle.query<FollowState>(FOLLOW_QUERY);
    const state = await client.withDeadline(Date.now() + QUERY_MS, ask).catch(() => undefined);
    return {
      ...{ status, runId },
      ...(state === undefined ? {} : { state }),
      ...(stream === undefined ? {} : { stream }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
