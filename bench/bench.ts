import type { ActionsFigure } from './actions/render-actions';
import type { FollowMeasures } from './follow/follow-figure';
import { type Figure, measure, type Sample } from './sample';
import type { Stage } from './stage';

/** What all measurements share. */
export interface Bench {
  readonly stage: Stage;
  /** Rows of the orders table. */
  readonly rows: number;
  /** Measured runs of each figure, after one to warm up. */
  readonly samples: number;
  /** Figures to take; empty: all. */
  readonly only: readonly string[];
  readonly figures: Figure[];
  readonly follow: FollowMeasures;
  readonly actions: ActionsFigure[];
  /** Takes progress for people, a line a call. */
  readonly say: (line: string) => void;
}

/** Something to measure. */
export interface Scenario {
  readonly id: string;
  readonly what: string;
  /** Documents a second that the machine can do. */
  readonly ceiling?: number;
  /** One run; 0 is the one to warm up. Only what it returns counts. */
  readonly run: (attempt: number) => Promise<Sample>;
}

/** Measures a scenario, unless it was not asked for, and keeps the figure. */
export async function take(bench: Bench, { run, ...scenario }: Scenario): Promise<Figure | undefined> {
  if (bench.only.length > 0 && !bench.only.includes(scenario.id)) return undefined;
  const figure = await measure({ ...scenario, samples: bench.samples }, run);
  bench.figures.push(figure);
  const { median, fastest, slowest } = figure;
  bench.say(
    `${scenario.id}: ${scenario.what}: ${median.seconds.toFixed(2)} s (${fastest.toFixed(2)}–${slowest.toFixed(2)})`,
  );
  return figure;
}
