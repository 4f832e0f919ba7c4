import { type Figure, rateOf } from './sample';

const BAR = { height: 22, gap: 10, left: 330, width: 520 } as const;
const INK = '#24292f';
const CEILING = '#c9d1d9';
const SYNC = '#0969da';

/** Bars of documents a second: ceilings grey, syncs blue, each sync before the grey of its own ceiling. */
export function renderChart(figures: readonly Figure[]): string {
  const shown = figures.filter(({ id, ceiling }) => ceiling !== undefined || id.startsWith('b'));
  const fastest = Math.max(1, ...shown.map(({ median, ceiling = 0 }) => Math.max(rateOf(median), ceiling)));
  const scale = BAR.width / fastest;
  const height = shown.length * (BAR.height + BAR.gap) + BAR.gap;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${BAR.left + BAR.width + 90} ${height}" font-family="sans-serif" font-size="13">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...shown.map((figure, position) => renderBar(figure, BAR.gap + position * (BAR.height + BAR.gap), scale)),
    '</svg>',
    '',
  ].join('\n');
}

function renderBar({ what, median, ceiling }: Figure, top: number, scale: number): string {
  const rate = rateOf(median);
  const middle = top + BAR.height / 2 + 4;
  const bar = (value: number, colour: string) =>
    `<rect x="${BAR.left}" y="${top}" width="${(value * scale).toFixed(1)}" height="${BAR.height}" fill="${colour}"/>`;
  const end = BAR.left + Math.max(rate, ceiling ?? 0) * scale + 8;
  return [
    `<text x="${BAR.left - 10}" y="${middle}" text-anchor="end" fill="${INK}">${escape(what)}</text>`,
    ceiling === undefined ? bar(rate, CEILING) : bar(ceiling, CEILING) + bar(rate, SYNC),
    `<text x="${end.toFixed(1)}" y="${middle}" fill="${INK}">${Math.round(rate).toLocaleString('en-US')}</text>`,
  ].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
