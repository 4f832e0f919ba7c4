import type { Transaction } from '../connection/transaction';

/** Literals and names of SQL, a name with the parenthesis behind it; what else there is are operators and numbers. */
const TOKENS = /'(?:[^']|'')*'|(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\()?|\$/gu;

/** Words of SQL by which a condition sees more than its row: other rows, the time, the session. */
const WORDS = new Set(
  (
    'select table current_date current_time current_timestamp localtime localtimestamp current_user current_role ' +
    'session_user user current_catalog current_schema'
  ).split(' '),
);

/** Texts that a cast to a date or a time takes for a moment that is another one each day. */
const MOMENTS = /^'\s*(now|today|tomorrow|yesterday)\s*'$/i;

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
  const called = read.flatMap(({ tokens }) => tokens.flatMap((token) => calledName(token) ?? []));
  const names = [...new Set(called)].filter((name) => !SETTLED.has(name));
  const found = names.length === 0 ? [] : await tx.query<{ name: string }>(VOLATILITY, [names]);
  const functions = new Set(found.map(({ name }) => name));
  const isUnsteady = (token: string) =>
    token === '$' || WORDS.has(token.toLowerCase()) || MOMENTS.test(token) || functions.has(calledName(token) ?? '');
  return new Set(read.filter(({ tokens }) => tokens.some(isUnsteady)).map(({ condition }) => condition));
}

/** The function that a token calls, in lower case; also a word of SQL with a parenthesis behind it. */
function calledName(token: string): string | undefined {
  if (!token.endsWith('(')) return undefined;
  const name = token.slice(0, -1).trim();
  return name.replace(/^"|"$/g, '').replaceAll('""', '"').toLowerCase();
}
