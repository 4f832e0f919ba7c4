import { quoteLiteral } from '../sql-text';
import { isRefusedJson, isUnfitForJsonb } from '../types/refused-json';
import { bindValue } from '../types/rendering';
import { numberOfText } from './number-values';

/** Depth of JSON in a text up to which it is read; Elasticsearch's own limits are 20. */
const MAX_TEXT_DEPTH = 100;

const BACKSLASH_U = quoteLiteral(String.raw`\u`);
const WHITE_SPACE = quoteLiteral(String.raw`[ \t\n\r]+`);
const STRING = quoteLiteral(String.raw`"(?:[^"\\\u0001-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`);
const SCALAR = quoteLiteral(String.raw`-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null`);
const OPENING = quoteLiteral(String.raw`^\s*[[{]`);
const EMPTY_OR = (members: string) => `(?:${members}(?:,${members})*)?`;
const ANY = '(?:0|"")';
const INNERMOST = quoteLiteral(String.raw`\[${EMPTY_OR(ANY)}\]|\{${EMPTY_OR(`"":${ANY}`)}\}`);

/**
 * SQL of a text that holds JSON, an object or a list, as that JSON; any other text as it is, which a field for objects
 * refuses. It never fails: the text is looked through before it is cast.
 */
export function jsonOfText(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case
      when ${text} is null then null
      when ${holdsJson(text)} and not ${isUnfitForJsonb(text)} then ${orItsText(text)}
      else to_json(${text})
    end`,
  );
}

/** SQL of a json or jsonb value as it is, scalars too; as its text where Elasticsearch could not parse it. */
export function plainJson(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case
      when ${text} is null then null
      when ${isUnfitForJsonb(text)} then to_json(${text})
      else ${orItsText(text)}
    end`,
  );
}

/** SQL of a json or jsonb value for a field of texts: scalars and lists of them as they are, anything else as its text. */
export function textOfJson(value: string): string {
  return bindValue(
    `(${plainJson(value)})::jsonb`,
    (v) => `case
      when jsonb_typeof(${v}) = 'object' or (jsonb_typeof(${v}) = 'array' and exists (
        select from jsonb_array_elements(case when jsonb_typeof(${v}) = 'array' then ${v} end) as e (v)
        where jsonb_typeof(e.v) in ('object', 'array')
      )) then to_json(${v}::text)
      else ${v}::json
    end`,
  );
}

/** SQL of a map of texts, as jsonb, as an object of the numbers that they hold. */
export function numbersOfMap(value: string): string {
  return bindValue(
    `${value}::jsonb`,
    (v) => `case when ${v} is not null then (
      select coalesce(json_object_agg(e.key, ${numberOfText('e.value')}), '{}') from jsonb_each_text(${v}) as e) end`,
  );
}

/** The text itself, where the JSON that it holds is refused as jsonb would print it. */
function orItsText(text: string): string {
  return `(select case when ${isRefusedJson('j.v', 'j.v::text')} then to_json(${text}) else j.v::json end
    from (select ${text}::jsonb as v offset 0) as j)`;
}

/**
 * SQL predicate: the text is a JSON object or list. Strings and scalars become `""` and `0`, then what is innermost
 * becomes `0`, again and again. PostgreSQL tells it by itself from version 16 on, but what a document looks like must not
 * depend on the version. Escapes need a database in UTF-8.
 */
function holdsJson(text: string): string {
  const withoutStrings = `regexp_replace(${text}, ${STRING}, '""', 'g')`;
  const withoutScalars = `regexp_replace(${withoutStrings}, ${SCALAR}, '0', 'g')`;
  const isReadable = `(getdatabaseencoding() = 'UTF8' or strpos(${text}, ${BACKSLASH_U}) = 0)`;
  return `(${text} ~ ${OPENING} and ${isReadable} and exists (
    with recursive r (x, depth) as (
      select regexp_replace(${withoutScalars}, ${WHITE_SPACE}, '', 'g'), 0
      union all
      select regexp_replace(r.x, ${INNERMOST}, '0', 'g'), r.depth + 1
      from r where r.depth < ${MAX_TEXT_DEPTH} and r.x ~ ${INNERMOST}
    )
    select from r where r.x = '0'
  ))`;
}
