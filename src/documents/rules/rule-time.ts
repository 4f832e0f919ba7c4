/** A point in time in UTC. */
export interface RuleTime {
  /** `2026-01-31` */
  readonly date: string;
  /** `12:00:00.000001` */
  readonly time: string;
  readonly isMidnight: boolean;
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(\.\d{1,6})?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Reads ISO 8601, down to microseconds; without a zone it is UTC.
 * @returns undefined for anything else
 */
export function parseRuleTime(text: string): RuleTime | undefined {
  const [, day, minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = TIME.exec(text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`))) return undefined;
  if (!new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) || day.startsWith('0000')) return undefined;
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const instant = Date.parse(`${day}T${minutes}:${seconds}${offset}`);
  if (Number.isNaN(instant)) return undefined;
  const iso = new Date(instant).toISOString();
  const [date = '', clock = ''] = iso.slice(0, 19).split('T');
  if (date.length !== 10) return undefined;
  return { date, time: `${clock}${fraction}`, isMidnight: clock === '00:00:00' && !/[1-9]/.test(fraction) };
}
