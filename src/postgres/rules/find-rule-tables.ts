import { SyncFailure } from '../../sync/failures';
import type { QualifiedName } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';

/** A table that a rule names. */
export interface RuleTable extends QualifiedName {
  readonly oid: number;
  /** As the rule names it. */
  readonly name: string;
}

const TABLES = `
  select c.oid as "oid", n.nspname::text as "schema", c.relname::text as "table"
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (n.nspname = any ($1::text[]) and lower(c.relname) = any ($2::text[])
      or lower(n.nspname || '.' || c.relname) = any ($2::text[]))`;

/**
 * The tables of a rule: by name in the schemas, or as `schema.table`.
 * @throws SyncFailure `InvalidRule` naming one that does not exist
 */
export async function findRuleTables(
  tx: Transaction,
  { tables, searchPath }: { readonly tables: readonly string[]; readonly searchPath: readonly string[] },
): Promise<RuleTable[]> {
  const candidates = await tx.query<Omit<RuleTable, 'name'>>(TABLES, [
    searchPath,
    tables.map((name) => name.toLowerCase()),
  ]);
  return tables.map((name) => {
    const found = searchPath
      .flatMap((schema) => candidates.filter((table) => table.schema === schema && table.table === name))
      .concat(candidates.filter(({ schema, table }) => `${schema}.${table}` === name))
      .at(0);
    if (found === undefined) throw missingTable(name, searchPath, candidates);
    return { ...found, name };
  });
}

function missingTable(name: string, searchPath: readonly string[], candidates: readonly QualifiedName[]): SyncFailure {
  const alike = candidates.find(({ schema, table }) =>
    [table, `${schema}.${table}`].some((candidate) => candidate.toLowerCase() === name.toLowerCase()),
  );
  const hint = alike === undefined ? '' : ` Did you mean "${alike.table}"?`;
  const where = searchPath.map((schema) => `"${schema}"`).join(', ');
  return new SyncFailure('InvalidRule', `there is no table "${name}" in schema ${where}.${hint}`);
}
