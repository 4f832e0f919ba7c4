import { MAX_JSON_DEPTH } from '../fields/field-mappings';
import { isRefusedJson, isUnfitForJsonb } from './refused-json';
import { bindValue } from './rendering';

/** Texts shorter than this are neither too deep nor hold a number or a key that Elasticsearch refuses. */
const HARMLESS_BYTES = Math.min(1000, MAX_JSON_DEPTH * 2);

/**
 * SQL of a jsonb value as jsonb: an object as it is, a list of objects too, anything else as `{"value": …}`, because
 * `flattened` takes neither scalars nor lists of them. What Elasticsearch can't parse becomes `{"value": "its text"}`.
 * jsonb prints itself without raw newlines.
 */
export function renderJsonb(value: string): string {
  return bindValue(
    value,
    (v) => `case
      when octet_length(${v}::text) < ${HARMLESS_BYTES} and jsonb_typeof(${v}) = 'object' then ${v}
      when ${v} is null then null
      else ${renderDoubtful(v)}
    end`,
  );
}

function renderDoubtful(v: string): string {
  return `(select case
      when ${isRefusedJson(v, 'j.x')} then jsonb_build_object('value', j.x)
      when jsonb_typeof(${v}) = 'object' or (jsonb_typeof(${v}) = 'array' and ${holdsObjectsOnly(v)}) then ${v}
      else jsonb_build_object('value', ${v})
    end from (select ${v}::text as x offset 0) as j)`;
}

/**
 * SQL of a json value, as `renderJsonb` does: the cast to jsonb removes the duplicate keys that Elasticsearch refuses,
 * and all raw newlines. Texts that jsonb can't hold, such as `"\u0000"`, become `{"value": "its text"}`.
 */
export function renderJson(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case
      when ${text} is null then null
      when ${isUnfitForJsonb(text)} then jsonb_build_object('value', ${text})
      else ${renderJsonb(`${text}::jsonb`)}
    end`,
  );
}

function holdsObjectsOnly(v: string): string {
  const others = `jsonb_typeof(e.v) not in ('object', 'null')`;
  return `not exists (select from jsonb_array_elements(${v}) as e (v) where ${others})`;
}
