import { rm } from 'node:fs/promises';

import { drawScript } from '../soak/draw-script';
import type { FaultName } from '../soak/faults';
import type { ActivityName } from '../soak/moment';
import { describeScript, listProblems, runRound, type Script } from '../soak/round';
import { setStage, type Stage } from '../soak/stage';
import type { SyncKind } from '../soak/sync-kind';
import { makeTemporaryFolder } from '../support/stack-process';

const ROWS = 20_000;
/** Milliseconds into a step within which a fault strikes: with so few rows the sync is over a little later. */
const EARLY_MS = 300;
/** Rounds until each fault has met the sync; on a quick machine it may be over first, now and then. */
const ATTEMPTS = 3;

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

/**
 * Runs rounds until one in which each fault struck.
 * @returns what is wrong, and how the round is repeated
 */
async function findProblems(kind: SyncKind, activity: ActivityName, faults: readonly FaultName[]): Promise<string[]> {
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

/**
 * While rows are inserted, updated and deleted all the time. `npm run soak` does the same for hours, with more rows; what
 * a failing test prints says how it repeats the round.
 */
describe('every row has its document, and no other has one, although', () => {
  test.each<[FaultName[], SyncKind, ActivityName]>([
    [['worker killed'], 'new', 'copyPartitions'],
    [['elasticsearch killed'], 'rebuild', 'copyPartitions'],
    [['postgres killed'], 'incremental', 'copyPartitions'],
    [['temporal killed'], 'full', 'surveyRelations'],
    [['postgres cut', 'elasticsearch delayed'], 'rebuild', 'copyPartitions'],
    [['elasticsearch cut', 'postgres delayed'], 'full', 'compareIds'],
    [['answers 429', 'answers lost'], 'new', 'copyPartitions'],
    [['disk full', 'worker stopped'], 'incremental', 'prepareIndex'],
  ])('%j while %s syncs at %s', async (faults, kind, activity) => {
    expect(await findProblems(kind, activity, faults)).toEqual([]);
  });
});
