import type { Transaction } from '../connection/transaction';

const NAME = String.raw`(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)`;

/** Literals, and names with their schema and the parenthesis behind them; what else there is are operators and numbers. */
const TOKENS = new RegExp(String.raw`'(?:[^']|'')*'|${NAME}(?:\s*\.\s*${NAME})*(?:\s*\()?`, 'gu');

/** What literals and names can't be told by: quotes in another form, and comments. */
const OBSCURE = /\$|--|\/\*|\b[eu]&?'/i;

/** Words of SQL by which a condition sees more than its row: other rows, the time, the session. */
const WORDS = new Set(
  (
    'select table current_date current_time current_timestamp localtime localtimestamp current_user current_role ' +
    'session_user user current_catalog current_schema'
  ).split(' '),
);

/** Texts that a cast to a date or a time takes for a moment that is another one each day. */
const MOMENTS = /^'.*\b(now|today|tomorrow|yesterday)\b.*'$/is;

/** Functions that read nothing but settings, which every transaction of ours has the same. */
const SETTLED = new Set(
  (
    'concat concat_ws format to_char to_date to_number to_timestamp date_trunc date_part extract timezone ' +
    'date time timetz timestamp timestamptz numeric length quote_literal quote_nullable ' +
    'convert convert_from convert_to ' +
    'array_to_string string_to_array make_timestamptz to_json to_jsonb row_to_json json_build_object ' +
    'jsonb_build_object json_build_array jsonb_build_array'
  ).split(' '),
);

const VOLATILITY = `
  select distinct lower(p.proname) as "name" from pg_proc as p
  where lower(p.proname) = any ($1::text[]) and p.provolatile <> 'i'`;

/**
 * Finds conditions that may hold for a row at one time and not at another, although the row is the same: they ask for the
 * time, for other rows, or a function that PostgreSQL does not know to be immutable. Rather one too many: such a relation is
 * compared as a whole.
 */
export async function findUnsteady(tx: Transaction, conditions: readonly string[]): Promise<ReadonlySet<string>> {
  const read = conditions.map((condition) => ({ condition, tokens: condition.match(TOKENS) ?? [] }));
  const called = read.flatMap(({ tokens }) => tokens.flatMap((token) => calledFunction(token) ?? []));
  const found = called.length === 0 ? [] : await tx.query<{ name: string }>(VOLATILITY, [[...new Set(called)]]);
  const functions = new Set(found.map(({ name }) => name));
  const isUnsteady = (token: string) =>
    WORDS.has(token.toLowerCase()) || MOMENTS.test(token) || functions.has(calledFunction(token) ?? '');
  return new Set(
    read
      .filter(({ condition, tokens }) => OBSCURE.test(condition) || tokens.some(isUnsteady))
      .map(({ condition }) => condition),
  );
}

/**
 * The function that a token calls, in lower case and without its schema, where it may be one that counts; also a word of SQL
 * with a parenthesis behind it. Schemas of others may have a function under the name of one that is settled.
 */
function calledFunction(token: string): string | undefined {
  if (!token.endsWith('(')) return undefined;
  const parts = [...token.matchAll(new RegExp(NAME, 'gu'))].map(([part]) =>
    part.replace(/^"|"$/g, '').replaceAll('""', '"').toLowerCase(),
  );
  const [name = '', schema = 'pg_catalog'] = parts.toReversed();
  return schema === 'pg_catalog' && SETTLED.has(name) ? undefined : name;
}
