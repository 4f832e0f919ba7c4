import { quoteLiteral } from '../sql-text';
import { bindValue } from '../types/rendering';
import { jsonOfText } from './json-values';
import { IS_NUMBER, NUMBER } from './number-values';
import { trim } from './trim-text';

const IS_PAIR = quoteLiteral(String.raw`^\s*\(?\s*\(\s*${NUMBER}\s*,\s*${NUMBER}\s*\)\s*\)?\s*$`);
const IS_RANGE = quoteLiteral(String.raw`^\s*[[(]\s*(?:"[^"]*"|[^],"()[]*),\s*(?:"[^"]*"|[^],"()[]*)[])]\s*$`);
const IS_ADDRESS = quoteLiteral(String.raw`^\s*(?:[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:/[0-9]{1,3})?\s*$`);
const BLANK_OR_BRACKET = quoteLiteral(String.raw`[\s()]`);
const MASK = quoteLiteral(String.raw`/[0-9]+$`);

/** SQL of a text that holds an address, without the mask that it may have. */
export function addressOfText(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case when ${text} ~ ${IS_ADDRESS} then regexp_replace(${trim(text)}, ${MASK}, '') else ${text} end`,
  );
}

/** SQL of a text that holds an address as the network of it alone, of a range as an object. */
export function networkOfText(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case
      when ${text} ~ ${IS_ADDRESS} then to_json(
        case when strpos(${text}, '/') > 0 then ${trim(text)}
        else ${trim(text)} || case when strpos(${text}, ':') > 0 then '/128' else '/32' end end)
      else ${rangeOfText(text)}
    end`,
  );
}

/** SQL of a range in PostgreSQL's words, `[1,5)`, as `{"gte": "1", "lt": "5"}`; of JSON as that. An empty range is null. */
export function rangeOfText(value: string): string {
  const bound = (text: string, pattern: string) =>
    `nullif(${trim(`translate(substring(${text} from ${quoteLiteral(pattern)}), '"', '')`)}, '')`;
  const [from, to] = [String.raw`^\s*[[(](.*),[^,]*$`, String.raw`,([^,]*)[])]\s*$`];
  return bindValue(
    `${value}::text`,
    (text) => `case
      when ${trim(text)} = 'empty' then null
      when ${text} ~ ${IS_RANGE} then json_strip_nulls(json_build_object(
        case when left(${trim(text)}, 1) = '[' then 'gte' else 'gt' end, ${bound(text, from)},
        case when right(${trim(text)}, 1) = ']' then 'lte' else 'lt' end, ${bound(text, to)}))
      else ${jsonOfText(text)}
    end`,
  );
}

/**
 * SQL of a text that holds a point in PostgreSQL's words, `(13.4,52.5)`, or JSON, as that. Any other text stays:
 * `52.5,13.4`, which is latitude and longitude to Elasticsearch, WKT, a geohash.
 */
export function pointOfText(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case
      when ${text} ~ ${IS_PAIR} then (
        select json_build_array(p.v[1]::numeric, p.v[2]::numeric)
        from (select string_to_array(regexp_replace(${text}, ${BLANK_OR_BRACKET}, '', 'g'), ',') as v offset 0) as p)
      else ${jsonOfText(text)}
    end`,
  );
}

/** SQL of a text that is one of two coordinates in a list, or a point by itself. */
export function coordinateOfText(value: string): string {
  return bindValue(
    `${value}::text`,
    (text) => `case when ${text} ~ ${IS_NUMBER} then to_json(${text}::numeric) else ${pointOfText(text)} end`,
  );
}
