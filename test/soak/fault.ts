import { setTimeout as sleep } from 'node:timers/promises';

import type { Worker } from '../support/restarted-worker';
import type { ActivityName } from './moment';
import type { Random } from './random';
import type { Route } from './route';
import type { Stage } from './stage';

/** What a fault can act upon. */
export interface Scene extends Stage {
  readonly worker: Worker;
}

/** Something that goes wrong while a sync runs, or that somebody does meanwhile. */
export interface Fault {
  readonly route: Route;
  /**
   * Steps in which it can do harm.
   * @default all
   */
  readonly during?: readonly ActivityName[];
  /**
   * Types of failures that the sync which meets it may rightly end with.
   * @default none
   */
  readonly mayEnd?: readonly string[];
  /**
   * Makes the fault, waits, and takes it back.
   * @returns what it did, for the log
   */
  readonly strike: (scene: Scene, random: Random) => Promise<string>;
}

/**
 * Waits for a while.
 * @returns seconds
 */
export async function pause(random: Random, leastSeconds: number, mostSeconds: number): Promise<number> {
  const milliseconds = random.between(leastSeconds * 1_000, mostSeconds * 1_000);
  await sleep(milliseconds);
  return milliseconds / 1_000;
}

/** Milliseconds for which a server may be away that another fault has killed. */
const AWAY_MS = 90_000;

/** Does something as soon as the server that does it is there. */
export async function insist<Result>(run: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + AWAY_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(500);
    }
  }
}
