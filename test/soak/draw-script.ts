import { FAULT_NAMES, type FaultName, FAULTS } from './faults';
import { ACTIVITIES, type ActivityName, drawMoment } from './moment';
import { createRandom } from './random';
import type { Script } from './round';
import type { SyncKind } from './sync-kind';

const KINDS: Readonly<Record<SyncKind, number>> = { new: 3, rebuild: 3, full: 4, incremental: 5 };
/** Share of rounds with two faults. */
const TWO_FAULTS = 0.25;

/** What is not left to the seed. */
export interface ScriptChoices {
  readonly kind?: SyncKind;
  readonly fault?: FaultName;
  readonly activity?: ActivityName;
}

/** Draws what happens in a round. Seeds that follow each other go through all faults in turn. */
export function drawScript(seed: number, choices: ScriptChoices = {}): Script {
  const random = createRandom(seed);
  const drawn = random.weighted(KINDS);
  const kind = choices.kind ?? drawn;
  const first = choices.fault ?? FAULT_NAMES[seed % FAULT_NAMES.length] ?? random.pick(FAULT_NAMES);
  const second = choices.fault === undefined && random.chance(TWO_FAULTS) ? [random.pick(FAULT_NAMES)] : [];
  const names = [...new Set([first, ...second])];
  // What passed a pipeline is written anew: it has other digits, or was dropped.
  const calm = random.chance(0.35) ? 'full' : 'incremental';
  const last = names.includes('pipeline switched on') ? 'rebuild' : calm;
  return {
    seed,
    kind,
    faults: names.map((name) => ({
      name,
      moment: drawMoment(
        random,
        kind,
        choices.activity === undefined ? (FAULTS[name].during ?? ACTIVITIES) : [choices.activity],
      ),
    })),
    last,
    writers: random.between(2, 4),
  };
}
