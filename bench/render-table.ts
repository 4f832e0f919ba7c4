import { renderTable as renderRows } from '../src/cli/output/render-table';
import { type Figure, rateOf } from './sample';

/** What the columns hold. */
export const HEAD = [
  '',
  'what',
  'seconds',
  'spread',
  'documents/s',
  'of ceiling',
  'CPU µs/doc',
  'peak MB',
  'sent MB',
  'events',
  'loop ms',
];

/** Figures as a table for people. */
export function renderTable(figures: readonly Figure[]): string {
  return renderRows(HEAD, figures.map(renderFigure));
}

/** One figure's cells, in the order of the table's columns; empty where something was not measured. */
export function renderFigure({ id, what, median, fastest, slowest, ceiling }: Figure): string[] {
  const { seconds, documents, cpuSeconds, peakMemory, bytes, events, loopDelayMs } = median;
  const megabytes = (count: number | undefined) => (count === undefined ? '' : String(Math.round(count / 1_048_576)));
  return [
    id,
    what,
    seconds.toFixed(2),
    `${fastest.toFixed(2)}–${slowest.toFixed(2)}`,
    Math.round(rateOf(median)).toLocaleString('en-US'),
    ceiling === undefined ? '' : (rateOf(median) / ceiling).toFixed(2),
    cpuSeconds === undefined ? '' : ((cpuSeconds / documents) * 1e6).toFixed(1),
    megabytes(peakMemory),
    megabytes(bytes),
    events === undefined ? '' : String(events),
    loopDelayMs === undefined ? '' : loopDelayMs.toFixed(0),
  ];
}
