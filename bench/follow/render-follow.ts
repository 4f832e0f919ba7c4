import type { Delays, FollowFigure } from './follow-figure';

/** What the columns hold. */
export const FOLLOW_HEAD = [
  'changes',
  'rows/s',
  'acknowledged p50 / p99, ms',
  'found p50 / p99, ms',
  'CPU µs/row',
  'peak MB',
  'WAL kept MB',
];

/** One figure's cells; empty where something was not measured. */
export function renderFollow(figure: FollowFigure): string[] {
  const { what, rate, acknowledged, found, cpuSeconds, peakMemory, keptWal } = figure;
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? '' : (bytes / 1_048_576).toFixed(0));
  return [
    what,
    Math.round(rate).toLocaleString('en-US'),
    renderDelays(acknowledged),
    renderDelays(found),
    cpuSeconds === undefined ? '' : (cpuSeconds * 1e6).toFixed(0),
    megabytes(peakMemory),
    megabytes(keptWal),
  ];
}

function renderDelays(delays: Delays | undefined): string {
  return delays === undefined ? '' : `${delays.p50.toFixed(0)} / ${delays.p99.toFixed(0)}`;
}
