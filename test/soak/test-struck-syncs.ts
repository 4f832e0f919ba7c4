import { rm } from 'node:fs/promises';

import { makeTemporaryFolder } from '../support/stack-process';
import { drawScript } from './draw-script';
import type { FaultName } from './faults';
import type { ActivityName } from './moment';
import { describeScript, listProblems, runRound, type Script } from './round';
import { setStage, type Stage } from './stage';
import type { SyncKind } from './sync-kind';

/** Rows: enough that each step lasts. */
const ROWS = 20_000;

/** Milliseconds into a step within which a fault strikes: with so few rows the sync is over a little later. */
const EARLY_MS = 300;
/** Rounds until each fault has met the sync; on a quick machine it may be over first, now and then. */
const ATTEMPTS = 3;

/** Faults, the sync that they meet, and the step in which they strike. */
export type StruckSync = readonly [faults: readonly FaultName[], kind: SyncKind, activity: ActivityName];

/**
 * Declares a test of each: after the sync, rows and documents are the same, although rows were inserted, updated and
 * deleted all the time. What a failing one prints says how it repeats the round.
 */
export function testStruckSyncs(syncs: readonly StruckSync[]): void {
  let folder: string;
  let stage: Stage;

  beforeAll(async () => {
    folder = await makeTemporaryFolder();
    stage = await setStage(folder, ROWS);
  });

  afterAll(async () => {
    await stage.clear();
    await rm(folder, { recursive: true });
  });

  describe('every row has its document, and no other has one, although', () => {
    test.each(syncs)('%j while %s syncs at %s', async (faults, kind, activity) => {
      expect(await findProblems(stage, faults, kind, activity)).toEqual([]);
    });
  });
}

/** Runs rounds until one in which each fault struck. */
async function findProblems(
  stage: Stage,
  faults: readonly FaultName[],
  kind: SyncKind,
  activity: ActivityName,
): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const script = scriptOf(kind, activity, faults);
    const result = await runRound(stage, script);
    const problems = listProblems(result);
    if (problems.length === 0 && result.struck.includes(undefined)) {
      if (attempt < ATTEMPTS) continue;
      problems.push('the moment of a fault never came');
    }
    return problems.length === 0 ? [] : [...problems, describeScript(script), result.workerOutput];
  }
}

/** A round's script with faults that are not left to its seed. */
function scriptOf(kind: SyncKind, activity: ActivityName, faults: readonly FaultName[]): Script {
  const seed = Math.floor(Math.random() * 1e9);
  const drawn = faults.flatMap((fault) => drawScript(seed, { kind, activity, fault }).faults);
  const early = drawn.map(({ name, moment }) => ({
    name,
    moment: { ...moment, delayMs: Math.min(moment.delayMs, EARLY_MS) },
  }));
  return { ...drawScript(seed, { kind }), writers: 2, faults: early };
}
