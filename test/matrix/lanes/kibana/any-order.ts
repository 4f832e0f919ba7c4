import fc from 'fast-check';

import { drawLives, type PlayedLife, playLife, type Step } from '../../../support/connector-protocol/play-life';

/** `PGFERRY_KIBANA_LIVES=20 PGFERRY_KIBANA_SEED=7` plays 20 of them, and the same ones again. */
const LIVES = Number(process.env['PGFERRY_KIBANA_LIVES'] ?? 3);
const SEED = Number(process.env['PGFERRY_KIBANA_SEED'] ?? Date.now() % 1_000_000);
/** Seconds for which a life that shows a mistake is cut down to a short one. */
const SHRINK = Number(process.env['PGFERRY_KIBANA_SHRINK'] ?? 600);
const MOST_MS = (SHRINK + 900) * 1_000;

interface Told extends PlayedLife {
  readonly steps: readonly Step[];
}

/** Plays the life of a seed; one that shows a mistake is played again, ever shorter, while it still does. */
async function play(seed: number): Promise<Told> {
  let last: Told | undefined;
  let deadline: number | undefined;
  const property = fc.asyncProperty(drawLives, async (steps) => {
    if (deadline !== undefined && Date.now() > deadline) return true;
    const played = await playLife(steps);
    if (played.problems.length === 0) {
      last ??= { steps, ...played };
      return true;
    }
    process.stdout.write(`life ${seed}, ${steps.length} acts: ${played.problems.join('; ')}\n`);
    deadline ??= Date.now() + SHRINK * 1_000;
    last = { steps, ...played };
    return false;
  });
  await fc.check(property, { seed, numRuns: 1, unbiased: true, endOnFailure: SHRINK === 0 });
  if (last === undefined) throw new Error('no life was played');
  return last;
}

test.each(Array.from({ length: LIVES }, (_, life) => SEED + life))(
  'whatever is done in whatever order, all is well when it is quiet: life %i',
  async (seed) => {
    const { lines, problems } = await play(seed);
    process.stdout.write(`life ${seed}: ${lines.map((line) => line.replace(/^.*?\): /u, '')).join(', ')}\n`);
    expect(problems.length === 0 ? [] : [...lines, ...problems]).toEqual([]);
  },
  MOST_MS,
);
