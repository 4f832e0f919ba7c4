import { groupDigits } from '../sync/progress';
import { type Html, html } from './html';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `0.4 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h` */
export function formatDuration(ms: number): string {
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return joinUnits(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  if (ms < DAY_MS) return joinUnits(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  return joinUnits(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

function joinUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const [first, rest] = [Math.floor(ms / large), Math.floor((ms % large) / small)];
  return `${first} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** A count that fits a chart's caption: `999`, `12.3k`, `4.5M` */
export function formatCount(count: number): string {
  if (count < 10_000) return groupDigits(count);
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;
const UNIT = 1_024;

/** `0 bytes`, `512 kB`, `1.4 GB`, as PostgreSQL counts them */
export function formatBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, bytes < UNIT ? 0 : Math.floor(Math.log(bytes) / Math.log(UNIT)));
  const amount = bytes / UNIT ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${BYTE_UNITS[power] ?? ''}`;
}

/** A moment, as far away as it is: `3 min ago`, `in 2 h`; the moment itself is its title. */
export function renderMoment(moment: Date, now: Date): Html {
  const distance = moment.getTime() - now.getTime();
  const amount = Math.abs(distance) < SECOND_MS ? 'now' : formatCoarsely(Math.abs(distance));
  const words = amount === 'now' ? amount : distance < 0 ? `${amount} ago` : `in ${amount}`;
  const iso = moment.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${words}</time>`;
}

function formatCoarsely(ms: number): string {
  for (const [unit, name] of [
    [DAY_MS, 'd'],
    [HOUR_MS, 'h'],
    [MINUTE_MS, 'min'],
  ] as const) {
    if (ms >= unit) return `${Math.floor(ms / unit)} ${name}`;
  }
  return `${Math.floor(ms / SECOND_MS)} s`;
}
