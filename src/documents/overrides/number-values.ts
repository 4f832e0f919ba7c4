import { quoteLiteral } from '../sql-text';
import { bindValue } from '../types/rendering';
import { trim } from './trim-text';

/** Regular expression of a number that `numeric` holds without effort. */
export const NUMBER = String.raw`[+-]?(?:[0-9]{1,255}(?:\.[0-9]{0,255})?|\.[0-9]{1,255})(?:[eE][+-]?[0-9]{1,2})?`;

/** SQL literal of the regular expression of a text that is such a number. */
export const IS_NUMBER = quoteLiteral(String.raw`^\s*${NUMBER}\s*$`);

const TRUE = `('t', 'true', 'y', 'yes', 'on', '1')`;
const FALSE = `('f', 'false', 'n', 'no', 'off', '0')`;

// What can't be turned stays the text that it is: Elasticsearch refuses it, or keeps it where ignore_malformed says so.

/** SQL of a text that holds a number as that number, with all its digits. */
export function numberOfText(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case when ${text} ~ ${IS_NUMBER} then to_json(${text}::numeric) else to_json(${text}) end`,
  );
}

/** SQL of a text as a boolean, by the words that PostgreSQL's own boolean takes. */
export function booleanOfText(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case
      when lower(${trim(text)}) in ${TRUE} then to_json(true)
      when lower(${trim(text)}) in ${FALSE} then to_json(false)
      else to_json(${text})
    end`,
  );
}

/** SQL of a number as a boolean: 1 and 0. */
export function booleanOfNumber(value: string): string {
  return bindValue(
    value,
    (v) => `case when ${v} = '1' then to_json(true) when ${v} = '0' then to_json(false) else to_json(${v}) end`,
  );
}
