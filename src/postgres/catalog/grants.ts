import { qualifiedName, quoteIdentifier } from '../../documents/sql-text';
import { formatRelation, type QualifiedName } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';

/** The role's privileges on a relation and its schema: to read it takes both. */
export interface RelationPrivileges extends QualifiedName {
  /** It has `usage` on the schema. */
  readonly schemaUsable: boolean;
  /** It has `select` on the relation, or on a column of it. */
  readonly selectable: boolean;
}

const PRIVILEGES = `
  select n.nspname::text as "schema", c.relname::text as "table",
    has_schema_privilege(n.oid, 'usage') as "schemaUsable",
    has_table_privilege(c.oid, 'select') as "selectable"
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.oid = any ($1::oid[])
  order by n.nspname collate "C", c.relname collate "C"`;

/** Reads the role's privileges on relations, whole ones only. */
export async function readPrivileges(tx: Transaction, oids: readonly number[]): Promise<RelationPrivileges[]> {
  return tx.query<RelationPrivileges>(PRIVILEGES, [oids]);
}

/** Describes missing grants, for messages: `usage on schema sales and select on sales.orders`. */
export function describeMissingGrants(relations: readonly RelationPrivileges[]): string {
  const schemas = unusableSchemas(relations).map((schema) => `usage on schema ${schema}`);
  const tables = relations.filter(({ selectable }) => !selectable);
  const selects = tables.slice(0, MAX_LISTED).map((relation) => `select on ${formatRelation(relation)}`);
  const more = tables.length > MAX_LISTED ? [`select on ${tables.length - MAX_LISTED} more`] : [];
  return joinWords([...schemas, ...selects, ...more]);
}

/** The statements that give a role what is missing, for the relations' owner to run; empty where nothing is. */
export function grantStatements(role: string, relations: readonly RelationPrivileges[]): string {
  const schemas = unusableSchemas(relations).map((schema) => `usage on schema ${quoteIdentifier(schema)}`);
  return [...schemas, ...selectsOn(relations.filter(({ selectable }) => !selectable))]
    .map((grant) => `grant ${grant} to ${quoteIdentifier(role)};`)
    .join(' ');
}

/** The same for columns of a relation. */
export function grantColumns(role: string, relation: QualifiedName, columns: readonly string[]): string {
  const list = columns.map(quoteIdentifier).join(', ');
  return `grant select (${list}) on ${qualifiedName(relation)} to ${quoteIdentifier(role)};`;
}

const MAX_LISTED = 10;

function selectsOn(tables: readonly QualifiedName[]): string[] {
  if (tables.length === 0) return [];
  if (tables.length <= MAX_LISTED) return [`select on ${tables.map(qualifiedName).join(', ')}`];
  const schemas = [...new Set(tables.map(({ schema }) => quoteIdentifier(schema)))];
  return [`select on all tables in schema ${schemas.join(', ')}`];
}

function unusableSchemas(relations: readonly RelationPrivileges[]): string[] {
  return [...new Set(relations.filter(({ schemaUsable }) => !schemaUsable).map(({ schema }) => schema))];
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
