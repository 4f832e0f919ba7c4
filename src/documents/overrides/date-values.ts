import type { ColumnType } from '../../sync/relation';
import { RANGE_BOUNDS, renderMultirange, renderRange } from '../types/render-range';
import { bindValue, jsonText } from '../types/rendering';

/** SQL of a date or timestamp as `write` has it; infinity and years that Elasticsearch has not as their text. */
export function writtenDate(type: string, value: string, write: (value: string) => string): string {
  const fits = RANGE_BOUNDS[type]?.fits ?? ((v: string) => `${v} is not null`);
  return bindValue(value, (v) => `case when ${fits(v)} then to_json(${write(v)}) else to_json(${v}) end`);
}

/** SQL of a time of day as that time of the day on which the epoch began. */
export function writtenTime(value: string, write: (value: string) => string): string {
  return bindValue(`('1970-01-01'::date + ${value})`, (v) => `case when ${v} is not null then ${write(v)} end`);
}

/** SQL of a range of dates, or a list of them, whose bounds are as `write` has them. */
export function writtenRange(type: ColumnType, value: string, write: (value: string) => string): string {
  const element = elementOf(type);
  const bounds = RANGE_BOUNDS[element];
  if (bounds === undefined) throw new Error(`no bounds of ${element}`);
  const written = { ...bounds, jsonText: (bound: string) => jsonText(write(bound)) };
  return type.kind === 'multirange' ? renderMultirange(value, written) : renderRange(value, written);
}

function elementOf(type: ColumnType): string {
  if (type.kind === 'range' || type.kind === 'multirange') return elementOf(type.element);
  if (type.kind === 'domain') return elementOf(type.base);
  return type.kind === 'base' ? type.name : '';
}
