import { type IndexChoice, isOfIndex } from '../../sync/indices/index-naming';
import { formatRelation, type RelationKind } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';
import type { RelationPrivileges } from './grants';
import { RELATION_KINDS } from './relation-kinds';
import { usableKey } from './usable-key';

/** A relation that a selection may mean, with all that decides whether it can be synced. */
export interface Candidate extends RelationPrivileges {
  readonly oid: number;
  readonly kind: RelationKind;
  /** Has a primary key, or a unique index over columns that are never null. */
  readonly hasKey: boolean;
  /** The role may use the schema and select at least one column. */
  readonly readable: boolean;
  /** A partition: its rows belong to the table above it. */
  readonly isPartition: boolean;
  /** Row level security applies to the role. */
  readonly hidesRows: boolean;
}

interface CandidateRow extends Omit<Candidate, 'kind' | 'readable'> {
  readonly kind: string;
}

/** Lower case is one thing to PostgreSQL and another to JavaScript, but for these letters: of other names that one decides. */
const MAY_BE_OF_INDEX = `(
    $2::text is null
    or replace(replace($2::text, '{schema}', lower(n.nspname::text collate "C")),
      '{table}', lower(c.relname::text collate "C")) = $3::text
    or (n.nspname::text || c.relname::text) collate "C" ~ '[^A-Za-z0-9_ -]')`;

const CANDIDATES = `
  select
    c.oid as "oid",
    n.nspname::text as "schema",
    c.relname::text as "table",
    c.relkind::text as "kind",
    exists (
      select from pg_index as i
      where i.indrelid = c.oid and ${usableKey('i')}
    ) as "hasKey",
    has_schema_privilege(n.oid, 'usage') as "schemaUsable",
    has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select') as "selectable",
    c.relispartition as "isPartition",
    c.relrowsecurity and row_security_active(c.oid) as "hidesRows"
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname = any ($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') and ${MAY_BE_OF_INDEX}
  order by n.nspname collate "C", c.relname collate "C"`;

/**
 * All relations of the schemas, also those that can't be synced, so that messages can tell why.
 * @param within - the one index whose tables are read: a database may have thousands, each with its own
 */
export async function readCandidates(
  tx: Transaction,
  schemas: readonly string[],
  within?: IndexChoice,
): Promise<Candidate[]> {
  const rows = await tx.query<CandidateRow>(CANDIDATES, [
    schemas,
    within?.indexNaming ?? null,
    within?.indexName ?? null,
  ]);
  return rows
    .filter((row) => within === undefined || isOfIndex(within, formatRelation(row)))
    .map((row) => ({
      ...row,
      kind: RELATION_KINDS[row.kind] ?? 'table',
      readable: row.schemaUsable && row.selectable,
    }));
}

/** Finds the schemas that exist under these names, and those whose names differ from them in case only. */
export async function findSchemas(tx: Transaction, schemas: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ name: string }>(
    `select n.nspname::text as "name" from pg_namespace as n
     where lower(n.nspname) in (select lower(s) from unnest($1::text[]) as s)`,
    [schemas],
  );
  return new Set(rows.map(({ name }) => name));
}
