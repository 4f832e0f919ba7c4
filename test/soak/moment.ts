import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

import type { Random } from './random';
import type { SyncKind } from './sync-kind';
import { readHistory, type RunningSync } from './sync-run';

/** When a fault strikes: so long after the first activity of that name was scheduled. */
export interface Moment {
  readonly activity: string;
  readonly delayMs: number;
}

/** The steps of a sync that a fault can strike, by their activities. */
export const ACTIVITIES = [
  'lookForChanges',
  'planSync',
  'prepareIndex',
  'copyPartitions',
  'catchUpRelations',
  'surveyRelations',
  'compareIds',
  'deleteStaleDocuments',
  'finishSync',
] as const;

export type ActivityName = (typeof ACTIVITIES)[number];

/** How often which step is struck: most often the one where the time goes. */
const WEIGHTS: Readonly<Record<ActivityName, number>> = {
  lookForChanges: 1,
  planSync: 1,
  prepareIndex: 2,
  copyPartitions: 9,
  catchUpRelations: 2,
  surveyRelations: 2,
  compareIds: 2,
  deleteStaleDocuments: 2,
  finishSync: 3,
};

/** Milliseconds that copying everything may take, and any other step. */
const LONG_MS = 9_000;
const SHORT_MS = 400;

/** @param candidates - the steps in which the fault can do harm */
export function drawMoment(random: Random, kind: SyncKind, candidates: readonly ActivityName[]): Moment {
  const reached = candidates.filter((activity) => isReached(kind, activity));
  const activity = random.weighted(Object.fromEntries(reached.map((name) => [name, WEIGHTS[name]])));
  const isLong = activity === 'copyPartitions' && copiesAll(kind);
  return { activity, delayMs: random.between(0, isLong ? LONG_MS : SHORT_MS) };
}

/** A new index has nothing stale in it, unless rows go while they are copied. An incremental sync plans by its look. */
function isReached(kind: SyncKind, activity: ActivityName): boolean {
  if (activity === 'lookForChanges') return kind === 'incremental';
  if (activity === 'planSync') return kind !== 'incremental';
  return !(copiesAll(kind) && (activity === 'compareIds' || activity === 'deleteStaleDocuments'));
}

function copiesAll(kind: SyncKind): boolean {
  return kind === 'new' || kind === 'rebuild';
}

export function describeMoment({ activity, delayMs }: Moment): string {
  return `${activity} + ${delayMs} ms`;
}

/**
 * Waits for the moment.
 * @returns false when the sync ended before it came
 */
export async function awaitMoment(moment: Moment, sync: RunningSync, temporal: Client): Promise<boolean> {
  while (!sync.hasEnded()) {
    const history = await readHistory(temporal, sync).catch(() => undefined);
    if (history?.started[moment.activity] !== undefined) {
      await sleep(moment.delayMs);
      return !sync.hasEnded();
    }
    await sleep(100);
  }
  return false;
}
