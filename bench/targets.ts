import { type Figure, rateOf } from './sample';

/** What a run is held against. */
export interface Target {
  readonly what: string;
  readonly limit: number;
  /** Whether the value must be at least the limit; else at most. */
  readonly isFloor?: true;
  /** undefined where the run did not measure it. */
  readonly value: (figures: ReadonlyMap<string, Figure>) => number | undefined;
}

/** A target and what a run came to. */
export interface TargetResult {
  readonly what: string;
  readonly limit: string;
  readonly value: number;
  readonly isMet: boolean;
}

const MEGABYTE = 1_048_576;

export const TARGETS: readonly Target[] = [
  {
    what: 'first full sync, of the ceiling (b+)',
    limit: 0.9,
    isFloor: true,
    value: (figures) => {
      const [first, both] = [figures.get('c'), figures.get('b+')];
      return first && both && rateOf(first.median) / rateOf(both.median);
    },
  },
  {
    what: "the worker's CPU, µs a document",
    limit: 6,
    value: (figures) => {
      const median = figures.get('c')?.median;
      return median?.cpuSeconds === undefined ? undefined : (median.cpuSeconds / median.documents) * 1e6;
    },
  },
  {
    what: "the worker's resident memory, MB",
    limit: 300,
    value: (figures) => {
      const peak = figures.get('c')?.median.peakMemory;
      return peak === undefined ? undefined : peak / MEGABYTE;
    },
  },
  { what: 'unchanged full sync, of the first', limit: 0.15, value: shareOfFirst('d') },
  { what: 'unchanged incremental, of the first', limit: 0.03, value: shareOfFirst('e') },
  { what: 'incremental after 1% updates, of the first', limit: 0.06, value: shareOfFirst('f') },
  { what: 'first sync with a crash, of an undisturbed one', limit: 1.1, value: shareOf('h', 'h-') },
  { what: '2,000 small tables, seconds', limit: 60, value: (figures) => figures.get('many')?.median.seconds },
];

function shareOfFirst(id: string): Target['value'] {
  return shareOf(id, 'c');
}

/** Time of one figure as a share of another's. */
function shareOf(id: string, of: string): Target['value'] {
  return (figures) => {
    const [one, other] = [figures.get(id), figures.get(of)];
    return one && other && one.median.seconds / other.median.seconds;
  };
}

/** Holds the figures of a run against the targets; leaves out what was not measured. */
export function judgeTargets(figures: readonly Figure[]): TargetResult[] {
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  return TARGETS.flatMap(({ what, limit, isFloor, value }) => {
    const reached = value(byId);
    if (reached === undefined) return [];
    const isMet = isFloor === true ? reached >= limit : reached <= limit;
    return [{ what, limit: `${isFloor === true ? '≥' : '≤'} ${limit}`, value: reached, isMet }];
  });
}
