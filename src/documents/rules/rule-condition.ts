import type { BasicRule } from '../../sync/basic-rule';
import { baseOf, type ColumnType } from '../../sync/relation';
import { quoteLiteral } from '../sql-text';
import type { CompiledRule } from './compiled-rule';
import { parseRuleTime, type RuleTime } from './rule-time';
import { translateRegex } from './translate-regex';

const NUMBERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'oid', 'numeric', 'money', 'float4', 'float8']);
const TIMES: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz']);
/** Types whose document says something else than their text; ISO 8601 has a T, and an address no mask. */
const PRINTED_AS_JSON: ReadonlySet<string> = new Set([...TIMES, 'inet', 'cidr']);
/** Types without an order that documents show. */
const UNORDERED: ReadonlySet<string> = new Set(['json', 'jsonb', 'bytea', 'xml', 'hstore']);

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** As Elastic's connector reads them. */
const TRUE = /^(?:true|t|yes|y|on)$/i;
const FALSE = /^(?:false|f|no|n|off)?$/i;

/** SQL of whether a column's value matches a rule: numbers, times and booleans by value, all else as text. */
export function columnCondition(rule: BasicRule, value: string, type: ColumnType): CompiledRule {
  const base = baseOf(type);
  const name = base.kind === 'base' ? base.name : '';
  if (name === 'bytea') return { problem: 'bytes can not be compared' };
  const compares = rule.rule === 'equals' || rule.rule === '>' || rule.rule === '<';
  if (compares && NUMBERS.has(name)) return numberCondition(rule, value, name);
  if (compares && TIMES.has(name)) return timeCondition(rule, value, name);
  if (compares && name === 'bool') return booleanCondition(rule, value);
  if (rule.rule === '>' || rule.rule === '<') {
    if (UNORDERED.has(name) || (base.kind !== 'base' && base.kind !== 'enum')) {
      return { problem: `values of type ${type.sqlName} have no order` };
    }
  }
  return textCondition(rule, textOf(value, name));
}

/** SQL of whether a text matches a rule, code point by code point. */
export function textCondition({ rule, value }: BasicRule, sql: string): CompiledRule {
  if (value.includes('\0')) return { problem: 'no text of PostgreSQL holds NUL' };
  const text = `${sql} collate "C"`;
  const literal = `${quoteLiteral(value)}::text`;
  if (rule === 'contains') return { condition: `(strpos(${text}, ${literal}) > 0)` };
  if (rule === 'starts_with') return { condition: `starts_with(${text}, ${literal})` };
  if (rule === 'ends_with') return { condition: `(right(${text}, ${Array.from(value).length}) = ${literal})` };
  if (rule !== 'regex') return { condition: `(${text} ${rule === 'equals' ? '=' : rule} ${literal})` };
  const { pattern, problem } = translateRegex(value);
  return pattern === undefined ? { problem } : { condition: `(${text} ~ ${quoteLiteral(pattern)}::text)` };
}

function numberCondition({ rule, value }: BasicRule, sql: string, type: string): CompiledRule {
  if (!NUMBER.test(value)) return { problem: 'the value must be a number, as the field is' };
  const operator = rule === 'equals' ? '=' : rule;
  // A document shows a real by its shortest text, so that is what it is compared by. NaN compares with nothing.
  if (type === 'float4' || type === 'float8') {
    const number = `${sql}::text::float8`;
    return {
      condition: `(${number} ${operator} ${quoteLiteral(String(Number(value)))}::float8 and ${number} <> 'NaN')`,
    };
  }
  const number = type === 'oid' ? `${sql}::bigint::numeric` : `${sql}::numeric`;
  const isNumber = type === 'numeric' ? ` and ${number} <> 'NaN'` : '';
  return { condition: `(${number} ${operator} ${quoteLiteral(value)}::numeric${isNumber})` };
}

function booleanCondition({ rule, value }: BasicRule, sql: string): CompiledRule {
  if (rule !== 'equals') return { problem: 'true and false have no order' };
  if (TRUE.test(value)) return { condition: sql };
  if (FALSE.test(value)) return { condition: `(not ${sql})` };
  return { problem: 'the value must be true or false, as the field is' };
}

function timeCondition(rule: BasicRule, sql: string, type: string): CompiledRule {
  const time = parseRuleTime(rule.value);
  if (time === undefined) return { problem: 'the value must be a date or a time as 2026-01-31T12:00:00Z' };
  if (type === 'date') return { condition: dateCondition(rule, sql, time) };
  const operator = rule.rule === 'equals' ? '=' : rule.rule;
  const instant = `${quoteLiteral(`${time.date} ${time.time}+00`)}::timestamptz`;
  return { condition: `(${sql} ${operator} ${type === 'timestamp' ? `(${instant} at time zone 'UTC')` : instant})` };
}

/** A date is its midnight. It is not cast to a timestamp, which ends before dates do. */
function dateCondition({ rule }: BasicRule, sql: string, { date, isMidnight }: RuleTime): string {
  const day = `${quoteLiteral(date)}::date`;
  if (rule === 'equals') return isMidnight ? `(${sql} = ${day})` : 'false';
  if (rule === '<' && !isMidnight) return `(${sql} <= ${day})`;
  return `(${sql} ${rule} ${day})`;
}

function textOf(value: string, type: string): string {
  if (PRINTED_AS_JSON.has(type)) return `(to_json(${value}) #>> '{}')`;
  if (type === 'money') return `${value}::numeric::text`;
  return `${value}::text`;
}
