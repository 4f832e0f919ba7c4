import { rm } from 'node:fs/promises';

import { drawScript } from '../soak/draw-script';
import { type FaultName } from '../soak/faults';
import { type ActivityName } from '../soak/moment';
import { describeScript, listProblems, runRound, type Script } from '../soak/round';
import { setStage, type Stage } from '../soak/stage';
import { type SyncKind } from '../soak/sync-kind';
import { makeTemporaryFolder } from '../support/stack-process';

const ROWS = 20_000;
const MINUTES = 60_000;

let folder: string;
let stage: Stage;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  stage = await setStage(folder, ROWS);
}, 3 * MINUTES);

afterAll(async () => {
  await stage.clear();
  await rm(folder, { recursive: true });
});

/** A round's script with faults that are not left to its seed. */
function scriptOf(kind: SyncKind, activity: ActivityName, faults: readonly FaultName[]): Script {
  const seed = Math.floor(Math.random() * 1e9);
  const scripts = faults.map((fault) => drawScript(seed, { kind, activity, fault }));
  return { ...drawScript(seed, { kind }), writers: 2, faults: scripts.flatMap((script) => script.faults) };
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
  ])(
    '%j while %s syncs at %s',
    async (faults, kind, activity) => {
      const script = scriptOf(kind, activity, faults);
      const result = await runRound(stage, script);
      const problems = listProblems(result);
      if (problems.length > 0) problems.push(describeScript(script), result.workerOutput);
      expect(problems).toEqual([]);
    },
    6 * MINUTES,
  );
});
