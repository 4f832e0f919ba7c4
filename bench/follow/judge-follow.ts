import type { TargetResult } from '../targets';
import type { FollowFigure, FollowMeasures } from './follow-figure';

const MEGABYTE = 1_048_576;

interface FollowTarget {
  readonly what: string;
  readonly limit: number;
  readonly isFloor?: true;
  readonly value: number | undefined;
}

/** Holds what following changes came to against its targets; leaves out what was not measured. */
export function judgeFollow({ figures, full, idleCpu, idleWal }: FollowMeasures): TargetResult[] {
  const find = (id: string) => figures.find((figure) => figure.id === id);
  const [usual, busy, most] = [find('follow-500'), find('follow-5000'), find('follow-most')];
  const others = figures.filter(({ id }) => id.startsWith('pgsync-')).map(({ rate }) => rate);
  const peak = Math.max(...figures.map(({ peakMemory = 0 }) => peakMemory));
  const targets: readonly FollowTarget[] = [
    { what: '500 rows/s: commit to found, p50, ms', limit: 250, value: usual?.found?.p50 },
    { what: '500 rows/s: commit to found, p99, ms', limit: 500, value: usual?.found?.p99 },
    { what: '500 rows/s: commit to acknowledged, p99, ms', limit: 150, value: usual?.acknowledged?.p99 },
    { what: 'changes a second, of a full sync', limit: 0.6, isFloor: true, value: share(most?.rate, full?.rate) },
    {
      what: 'changes a second, of pgsync',
      limit: 10,
      isFloor: true,
      value: others.length === 0 ? undefined : share(most?.rate, Math.max(...others)),
    },
    { what: "the worker's CPU, µs a change at 5,000 rows/s", limit: 15, value: microseconds(busy) },
    {
      what: 'memory beyond that of a full sync, MB',
      limit: 60,
      value: full === undefined || peak === 0 ? undefined : Math.max(0, peak - full.peakMemory) / MEGABYTE,
    },
    {
      what: 'WAL kept at the most, MB',
      limit: 64,
      value: most?.keptWal === undefined ? undefined : most.keptWal / MEGABYTE,
    },
    { what: 'idle: share of a core', limit: 0.01, value: idleCpu },
    {
      what: 'idle beside a busy table: WAL kept, MB',
      limit: 1,
      value: idleWal === undefined ? undefined : idleWal / MEGABYTE,
    },
  ];
  return targets.flatMap(({ what, limit, isFloor, value }) => {
    if (value === undefined) return [];
    const isMet = isFloor === true ? value >= limit : value <= limit;
    return [{ what: `following: ${what}`, limit: `${isFloor === true ? '≥' : '≤'} ${limit}`, value, isMet }];
  });
}

function share(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one / other;
}

function microseconds(figure: FollowFigure | undefined): number | undefined {
  return figure?.cpuSeconds === undefined ? undefined : figure.cpuSeconds * 1e6;
}
