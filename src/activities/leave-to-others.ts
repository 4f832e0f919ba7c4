import { ApplicationFailure, type Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';

import { type FailureType, SyncFailure } from '../sync/failures';
import type { ActivityAddress } from '../sync/wire/activity-address';
import { describeWorker } from '../sync/wire/worker-name';
import type { OpenConnector } from './connector/connector-registry';
import { NotDefinedHere } from './connector/not-defined-here';
import { readRefused, type Refusal, type Refused } from './contract/heartbeat-details';

/** The worker that executes an activity, among those that poll the same task queue with configurations of their own. */
export interface ThisWorker {
  /** Tells the worker from all others, and names its configuration file. */
  readonly identity: string;
  /** Of the namespace of Temporal that it polls. */
  readonly namespaceId: string;
  /** Milliseconds for which work that this worker's configuration does not define is left to others. */
  readonly patienceMs: number;
  /** Identities of the workers that have polled a task queue for activities of late. */
  readonly listPollers: (taskQueue: string) => Promise<readonly string[]>;
  /** Keeps what an activity says in its heartbeats on this host; none: the activity has ended. */
  readonly keepHeartbeat?: (activity: ActivityAddress, details?: unknown) => void;
}

/** Nobody else could do what this one can't. */
export const ONLY_WORKER: ThisWorker = {
  identity: 'of this process',
  namespaceId: '',
  patienceMs: 0,
  listPollers: () => Promise.resolve([]),
};

/** Milliseconds until an activity is offered again; Temporal makes it up to a second. */
const PAUSE_MS = 500;
/** Workers that a message names. */
const NAMED_WORKERS = 10;
const LONGEST_REASON = 300;

type Surroundings = Pick<Context, 'info' | 'heartbeat'>;

/**
 * Opens a connector, or leaves the activity to other workers: it fails at once, to be offered again. Only when each has
 * left it for `patienceMs` does it fail for good. Since when that goes on, and who was asked, travels in the heartbeat's
 * details beside the checkpoint, which so is not lost; whoever takes the work strikes it out.
 * @throws ApplicationFailure `OtherConfiguration`, which is tried again
 * @throws SyncFailure at last: `ConfigChanged` where a worker has the connector in another definition, `InvalidConfig`
 *   where none has it
 */
export async function openOrLeave(
  { info, heartbeat }: Surroundings,
  self: ThisWorker,
  open: () => Promise<OpenConnector>,
  resumeFrom: object = {},
): Promise<OpenConnector> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof NotDefinedHere)) throw error;
    // The server's clock, whichever worker reads it.
    const now = info.currentAttemptScheduledTimestampMs;
    const before = readRefused(info.heartbeatDetails);
    const refused = addRefusal(before ?? { since: now, by: [] }, { worker: self.identity, ...toReason(error) });
    if (refused !== before) heartbeat({ ...resumeFrom, ...(info.heartbeatDetails as object | undefined), refused });
    const refusedMs = now - refused.since;
    if (refusedMs >= self.patienceMs) await failForGood(refused, refusedMs, self, info.taskQueue);
    throw toRefusal(error, self);
  }
}

function toReason({ type, message }: NotDefinedHere): Omit<Refusal, 'worker'> {
  return { type, reason: message.slice(0, LONGEST_REASON) };
}

/** The same object where nothing new is said: then no heartbeat is needed. */
function addRefusal(refused: Refused, refusal: Refusal): Refused {
  const isKnown = refused.by.some(({ worker, reason }) => worker === refusal.worker && reason === refusal.reason);
  if (isKnown) return refused;
  const others = refused.by.filter(({ worker }) => worker !== refusal.worker);
  return { ...refused, by: [...others, refusal].slice(-NAMED_WORKERS) };
}

function toRefusal({ message }: NotDefinedHere, self: ThisWorker): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type: 'OtherConfiguration' satisfies FailureType,
    message: `Left to other workers by ${describeWorker(self.identity)}: ${message}`,
    // Nothing is wrong, as long as somebody takes it.
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: PAUSE_MS,
  });
  failure.stack = '';
  return failure;
}

/**
 * @throws SyncFailure that names everybody who was asked; unless a worker polls that was not: chance may have kept
 *   the work from it, so it gets the same time once more
 */
async function failForGood(refused: Refused, refusedMs: number, self: ThisWorker, taskQueue: string): Promise<void> {
  const pollers = await self.listPollers(taskQueue).catch(() => []);
  const asked = new Set(refused.by.map(({ worker }) => worker));
  const others = refused.by.length >= NAMED_WORKERS ? [] : pollers.filter((identity) => !asked.has(identity));
  if (others.length > 0 && refusedMs < 2 * self.patienceMs) return;
  const isDefined = refused.by.some(({ type }) => type === 'ConfigChanged');
  const reasons = refused.by.map(({ worker, reason }) => `${describeWorker(worker)}: ${reason}`);
  const silent = others.map((identity) => `${describeWorker(identity)}: polls, but did not take it`);
  throw new SyncFailure(
    isDefined ? 'ConfigChanged' : 'InvalidConfig',
    `No worker has taken this for ${Math.round(refusedMs / 1_000)} s. ${[...reasons, ...silent].join('; ')}`,
    isDefined ? undefined : 'Name a connector that a configuration defines, or start a worker with the file that does.',
  );
}
