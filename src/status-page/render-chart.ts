import { type Html, html } from './html';

/** A value of one sync, the oldest first; undefined where that sync said none. */
export interface ChartBar {
  readonly value: number | undefined;
  readonly isBroken: boolean;
}

const BAR = 6;
const STEP = 8;
const HEIGHT = 24;
/** Bars at most. */
const MOST = 12;

/**
 * A small chart with the last value and the highest one in words, since bars can't be heard.
 * @param format - writes a value for people
 */
export function renderChart(name: string, bars: readonly ChartBar[], format: (value: number) => string): Html {
  const shown = bars.slice(-MOST);
  const values = shown.map(({ value }) => value ?? 0);
  const highest = Math.max(...values, 0);
  const last = shown.at(-1)?.value;
  const path = (isBroken: boolean) =>
    shown.map((bar, index) => (bar.isBroken === isBroken ? drawBar(index, bar.value ?? 0, highest) : '')).join('');
  const summary = `${name} of the last ${shown.length} syncs, at most ${format(highest)}`;
  return html`<figure class="chart">
    <figcaption>${name} <b>${last === undefined ? '–' : format(last)}</b></figcaption>
    <svg viewBox="0 0 ${STEP * MOST} ${HEIGHT}" role="img" aria-label="${summary}">
      <title>${summary}</title>
      <path class="bars" d="${path(false)}" />
      <path class="broken bars" d="${path(true)}" />
    </svg>
  </figure>`;
}

function drawBar(index: number, value: number, highest: number): string {
  // What is more than nothing is to be seen; nothing is a line.
  const height = highest === 0 || value === 0 ? 1 : Math.max(3, Math.round((value / highest) * HEIGHT));
  return `M${index * STEP} ${HEIGHT}v-${height}h${BAR}v${height}z`;
}
