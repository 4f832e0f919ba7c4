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
  { what: 'documents with children, of the ceiling (b+)', limit: 0.85, isFloor: true, value: shareOfCeiling('n') },
  { what: 'documents with children, documents/s, of pgsync', limit: 6, isFloor: true, value: shareOf('n-pgsync', 'n') },
  { what: 'children at random places, rendered, of the clustered', limit: 3, value: shareOf('n-read×', 'n-read') },
  { what: 'the same without an index, of the clustered', limit: 3, value: shareOf('n-read?', 'n-read') },
  { what: 'trees: quiet incremental, of the first', limit: 0.01, value: shareOf('n-quiet', 'n') },
  { what: 'trees: unchanged incremental, of the first', limit: 0.06, value: shareOf('n-unchanged', 'n') },
  { what: 'trees: 1% of the children updated, of the first', limit: 0.15, value: shareOf('n-updated', 'n') },
  { what: 'trees: 1% of the children deleted, of the first', limit: 0.15, value: shareOf('n-deleted', 'n') },
  { what: 'trees: 1% of the children moved, of the first', limit: 0.15, value: shareOf('n-moved', 'n') },
  { what: 'trees: one child deleted, of the first', limit: 0.07, value: shareOf('n-one', 'n') },
  { what: '2,000 small tables, seconds', limit: 60, value: (figures) => figures.get('many')?.median.seconds },
];

function shareOfCeiling(id: string): Target['value'] {
  return (figures) => {
    const figure = figures.get(id);
    return figure?.ceiling === undefined ? undefined : rateOf(figure.median) / figure.ceiling;
  };
}

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
