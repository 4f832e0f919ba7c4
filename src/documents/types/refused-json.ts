import { MAX_JSON_DEPTH } from '../fields/field-mappings';
import { quoteLiteral } from '../sql-text';

/** Bytes of all keys on the way to a leaf that `flattened` takes, with room for the leaf: Lucene's limit is 32,766. */
const MAX_PATH_BYTES = 29_000;

/**
 * A regular expression of PostgreSQL counts to 255 at most, so that 750 is written as 250 times three; Elasticsearch takes
 * 1,000 digits. A change of this text would be another definition: every table with JSON would be copied again.
 */
const MANY = 250;

const STRING = quoteLiteral(String.raw`"([^"\\]|\\.)*"`);
const LONG_NUMBER = quoteLiteral(`([0-9.]{${MANY}}){3}`);
const LONG_STRING = quoteLiteral(String.raw`"([^"\\]|\\.){200,}":`);
const HUGE_EXPONENT = quoteLiteral('[0-9][eE][+-]?[0-9]{4}');
const ESCAPED_BACKSLASH = quoteLiteral(String.raw`\\`);
const UNICODE_ESCAPE = quoteLiteral(String.raw`\u`);
const SURROGATE_PAIR = quoteLiteral(String.raw`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`);
const NUL_OR_SURROGATE = quoteLiteral(String.raw`\\u(0000|[dD][89a-fA-F])`);

/**
 * SQL predicate: Elasticsearch would refuse this JSON, because it is too deep, or holds a number of more than 1,000
 * digits (750 are taken for as many) or a key that Lucene can't hold. Cheap tests come first: the exact one costs seven
 * times the printing.
 */
export function isRefusedJson(value: string, text: string): string {
  const isSuspect = `(${mayBeDeep(text)} or ${mayHoldLongKey(text)})`;
  return `(octet_length(${text}) >= 1000 and (${holdsLongNumber(text)} or (${isSuspect} and ${isDeepOrLong(value)})))`;
}

/**
 * SQL predicate over the text of a json value: jsonb refuses it (NUL and lone surrogates as escapes, numbers beyond
 * numeric), or would turn a number like 1e9999 into as many digits.
 */
export function isUnfitForJsonb(text: string): string {
  const others = `regexp_replace(replace(${text}, ${ESCAPED_BACKSLASH}, ' '), ${SURROGATE_PAIR}, ' ', 'g')`;
  const badEscape = `strpos(${text}, ${UNICODE_ESCAPE}) > 0 and ${others} ~ ${NUL_OR_SURROGATE}`;
  const hugeExponent = `${text} ~ ${HUGE_EXPONENT} and ${withoutStrings(text)} ~ ${HUGE_EXPONENT}`;
  return `((${badEscape}) or (${hugeExponent}) or (octet_length(${text}) >= 1000 and ${holdsLongNumber(text)}))`;
}

function holdsLongNumber(text: string): string {
  return `(${text} ~ '[0-9.]{${MANY}}' and ${withoutStrings(text)} ~ ${LONG_NUMBER})`;
}

function withoutStrings(text: string): string {
  return `regexp_replace(${text}, ${STRING}, '""', 'g')`;
}

function mayBeDeep(text: string): string {
  return `octet_length(${text}) - octet_length(replace(replace(${text}, '{', ''), '[', '')) > ${MAX_JSON_DEPTH}`;
}

function mayHoldLongKey(text: string): string {
  return `(octet_length(${text}) > ${MAX_PATH_BYTES} and ${text} ~ ${LONG_STRING})`;
}

/** Walks down level by level and stops at the first value that is too deep or whose keys are too long. */
function isDeepOrLong(value: string): string {
  return `exists (
    with recursive l (v, depth, bytes) as (
      select ${value}, 1, 0
      union all
      select e.v, l.depth + 1, l.bytes + e.bytes
      from l cross join lateral (
        select m.value, octet_length(m.key) + 1
        from jsonb_each(case when jsonb_typeof(l.v) = 'object' then l.v end) as m
        union all
        select m.value, 0 from jsonb_array_elements(case when jsonb_typeof(l.v) = 'array' then l.v end) as m (value)
      ) as e (v, bytes)
      where l.depth <= ${MAX_JSON_DEPTH} and l.bytes <= ${MAX_PATH_BYTES}
    )
    select from l where l.depth > ${MAX_JSON_DEPTH} or l.bytes > ${MAX_PATH_BYTES}
  )`;
}
