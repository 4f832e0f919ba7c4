import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

import { readJson, startCommand } from '../support/command-line';

/** What `pgferry sync --json` prints. */
export interface SyncDocument {
  readonly status: string;
  readonly indexed: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly rejected: number;
  readonly duration_ms: number;
  readonly relations: readonly {
    readonly relation: string;
    readonly read: number;
    readonly indexed: number;
    readonly unchanged: number;
    readonly deleted: number;
    readonly rejected: number;
  }[];
  readonly error?: { readonly type: string; readonly message: string };
}

/** How a sync went. */
export interface SyncOutcome extends SyncDocument {
  readonly seconds: number;
}

/** A sync of the soak's connector, followed by the command line. */
export interface RunningSync {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly outcome: Promise<SyncOutcome>;
  readonly hasEnded: () => boolean;
}

/** A sync that takes longer than this, with servers that all answer, is stuck. */
const STUCK_MS = 900_000;

export function startSync(
  file: string,
  flags: readonly string[],
  environment: Readonly<Record<string, string>>,
  stuckMs = STUCK_MS,
): RunningSync {
  const startedAt = Date.now();
  const command = startCommand(['sync', 'soak', ...flags, '--json', '-c', file], environment);
  let ended = false;
  const finished = command.finished.finally(() => (ended = true));
  const read = finished.then((end) => {
    try {
      return { ...readJson<SyncDocument>(end), seconds: end.durationMs / 1_000 };
    } catch {
      throw new Error(`pgferry sync ended with ${end.code ?? 'a signal'}: ${end.stderr}`);
    }
  });
  const outcome = stuckMs === Infinity ? read : Promise.race([read, failWhenStuck(stuckMs)]);
  outcome.catch(() => command.child.kill());
  return { startedAt, outcome, hasEnded: () => ended };
}

async function failWhenStuck(stuckMs: number): Promise<never> {
  await sleep(stuckMs, undefined, { ref: false });
  throw new Error(`the sync has not ended after ${stuckMs / 1_000} s`);
}

/** What Temporal's history tells of the newest sync. */
export interface SyncHistory {
  /** How often each activity was started. */
  readonly started: Readonly<Record<string, number>>;
  /** Attempts of activities after their first. */
  readonly retries: number;
}

/**
 * Reads the history of a sync; empty where it has not begun.
 * @throws when Temporal does not answer
 */
export async function readHistory(
  temporal: Client,
  { startedAt }: Pick<RunningSync, 'startedAt'>,
): Promise<SyncHistory> {
  const { events } = await temporal.workflow.getHandle('sync-soak').fetchHistory();
  const started: Record<string, number> = {};
  let retries = 0;
  const begun = Number(events?.[0]?.eventTime?.seconds ?? 0) * 1_000;
  for (const event of begun + 1_000 < startedAt ? [] : (events ?? [])) {
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name != null) started[name] = (started[name] ?? 0) + 1;
    retries += Math.max(0, (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1);
  }
  return { started, retries };
}
