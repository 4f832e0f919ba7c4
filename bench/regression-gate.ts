import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Figure } from './sample';
import { judgeTargets } from './targets';

const FILE = join(__dirname, 'baseline.json');
/** Share by which a ratio may be worse than that of the baseline. */
const TOLERANCE = 0.15;

/** Ratios by what they speak of. */
type Baseline = Readonly<Record<string, number>>;

/** Keeps a run's ratios as what later ones are compared with. */
export function saveBaseline(figures: readonly Figure[]): void {
  const ratios = Object.fromEntries(judgeTargets(figures).map(({ what, value }) => [what, Number(value.toFixed(4))]));
  writeFileSync(FILE, `${JSON.stringify(ratios, undefined, 2)}\n`);
}

/** @returns what became worse than the baseline by more than 15%, a line each */
export function compareWithBaseline(figures: readonly Figure[]): string[] {
  const baseline = JSON.parse(readFileSync(FILE, 'utf8')) as Baseline;
  return judgeTargets(figures).flatMap(({ what, limit, value }) => {
    const before = baseline[what];
    if (before === undefined) return [];
    const isWorse = limit.startsWith('≥') ? value < before * (1 - TOLERANCE) : value > before * (1 + TOLERANCE);
    return isWorse ? [`${what}: ${value.toFixed(3)}, was ${before.toFixed(3)}`] : [];
  });
}
