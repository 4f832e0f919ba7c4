import type { TestDatabase } from '../postgres';

/** Every function of PostgreSQL with one of these names, as `name(arguments)`. */
const SIGNATURES = `
  select p.oid::regprocedure::text as signature, p.proname as name,
    pg_get_function_identity_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result
  from pg_proc as p
  where p.proname = any ($1) and p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f'`;

/** Takes functions, or catalogs, of a database from everybody but superusers, as hardened servers do. */
export async function revokeFromPublic(
  database: Pick<TestDatabase, 'sql'>,
  ...names: readonly string[]
): Promise<void> {
  await changeRights(database, names, 'revoke', 'from');
}

/** Gives them back. */
export async function grantToPublic(database: Pick<TestDatabase, 'sql'>, ...names: readonly string[]): Promise<void> {
  await changeRights(database, names, 'grant', 'to');
}

async function changeRights({ sql }: Pick<TestDatabase, 'sql'>, names: readonly string[], verb: string, to: string) {
  const functions = await sql(SIGNATURES, [names]);
  const isFunction = new Set(functions.map(({ name }) => name));
  for (const { signature } of functions) await sql(`${verb} execute on function ${String(signature)} ${to} public`);
  for (const name of names) if (!isFunction.has(name)) await sql(`${verb} select on pg_catalog.${name} ${to} public`);
}

/**
 * Lets functions of a database raise an error, as services do that don't have what they tell of. They are renamed, not
 * replaced: PostgreSQL calls its own by their oid.
 */
export async function letRaise(
  { sql }: Pick<TestDatabase, 'sql'>,
  { state, message }: { readonly state: string; readonly message: string },
  ...names: readonly string[]
): Promise<void> {
  await answerAnew(sql, names, `begin raise exception using errcode = '${state}', message = '${message}'; end`);
}

/** Gives functions that were let raise their own answers again. */
export async function letAnswer({ sql }: Pick<TestDatabase, 'sql'>, ...names: readonly string[]): Promise<void> {
  const originals = new Map(names.map((name) => [`original_${name}`, name]));
  for (const { signature, name, arguments: args } of await sql(SIGNATURES, [[...originals.keys()]])) {
    const own = originals.get(String(name)) ?? '';
    await sql(`drop function pg_catalog.${own}(${String(args)})`);
    await sql(`alter function ${String(signature)} rename to ${own}`);
  }
}

/** Lets `version()` of a database be another one's. */
export async function letCallItself({ sql }: Pick<TestDatabase, 'sql'>, version: string): Promise<void> {
  await answerAnew(sql, ['version'], `begin return '${version}'; end`);
}

async function answerAnew(sql: TestDatabase['sql'], names: readonly string[], body: string): Promise<void> {
  for (const { signature, name, arguments: args, result } of await sql(SIGNATURES, [names])) {
    await sql(`alter function ${String(signature)} rename to "original_${String(name)}"`);
    await sql(`create function pg_catalog.${String(name)}(${String(args)}) returns ${String(result)}
      language plpgsql as $body$ ${body} $body$`);
  }
}
