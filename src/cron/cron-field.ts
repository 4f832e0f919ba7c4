import { SyncFailure } from '../sync/failures';

/** One field of a cron expression: what it may hold and how it is written. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names in place of numbers, the first one standing for `min`. */
  readonly names?: readonly string[];
  /** Whether `?`, "no matter which", may be written. */
  readonly mayBeOpen?: true;
  /** Whether a range may run over the end: `22-2`, `FRI-MON`. */
  readonly wraps?: true;
}

const STEP_AFTER_NAME = 'has a step after a name, which Quartz ignores: write numbers';
const STEPPED = /^(?<base>.*?)(?:\/(?<step>\d+))?$/;

/**
 * The values that a field allows, ascending: `1-5,10/20` in seconds is 1, 2, 3, 4, 5, 10, 30, 50.
 *
 * @param field - Its text, in capitals.
 * @throws SyncFailure `InvalidConfig`
 */
export function parseCronField(text: string, field: CronField): number[] {
  if (text === '?' && field.mayBeOpen !== true) throw badField(text, field, "can't be ?");
  const values = new Set(text.split(',').flatMap((part) => parsePart(part, field)));
  return [...values].sort((a, b) => a - b);
}

/** Whether a field leaves every value open. */
export function isOpen(text: string): boolean {
  return text === '*' || text === '?';
}

function parsePart(part: string, field: CronField): number[] {
  refuseUnsupported(part, field);
  const { base = '', step: stepText } = STEPPED.exec(part)?.groups ?? {};
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1 || step > field.max) throw badField(part, field, `has a step that is not between 1 and ${field.max}`);
  if (stepText !== undefined && /[A-Z]/.test(base)) throw badField(part, field, STEP_AFTER_NAME);
  if (isOpen(base) || base === '') {
    if (base === '' && stepText === undefined) throw badField(part, field, 'is empty');
    return stepThrough(field.min, field.max, step, field);
  }
  const [from = '', to, ...rest] = base.split('-');
  if (rest.length > 0) throw badField(part, field, 'is no range');
  const start = parseValue(from, field);
  if (to !== undefined) return stepThrough(start, parseValue(to, field), step, field);
  return stepText === undefined ? [start] : stepThrough(start, field.max, step, field);
}

/** `L`, `W` and `#` depend on the month's length or first weekday: Temporal's calendars have no such thing. */
function refuseUnsupported(part: string, field: CronField): void {
  if (!/^(L|LW|L-\d+|\d{1,2}W|\w{1,3}L|\w{1,3}#\d)$/.test(part) || field.names?.includes(part) === true) return;
  throw badField(part, field, "can't be expressed by Temporal, which knows no L, W and #");
}

function parseValue(text: string, field: CronField): number {
  const named = field.names?.indexOf(text) ?? -1;
  if (named >= 0) return field.min + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.min && value <= field.max) return value;
  const names = field.names === undefined ? '' : ` or ${field.names[0] ?? ''} to ${field.names.at(-1) ?? ''}`;
  throw badField(text, field, `is not between ${field.min} and ${field.max}${names}`);
}

function stepThrough(start: number, end: number, step: number, field: CronField): number[] {
  if (end < start && field.wraps !== true) {
    throw badField(`${start}-${end}`, field, 'runs backwards');
  }
  const size = field.max - field.min + 1;
  const last = end < start ? end + size : end;
  const count = Math.floor((last - start) / step) + 1;
  return Array.from({ length: count }, (_, index) => ((start + index * step - field.min) % size) + field.min);
}

function badField(text: string, field: CronField, problem: string): SyncFailure {
  return new SyncFailure('InvalidConfig', `the ${field.name} '${text}' ${problem}`);
}
