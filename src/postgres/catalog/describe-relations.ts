import type { DocumentSettings } from '../../config/settings/settings';
import { type Column, formatRelation, type QualifiedName, type Relation, type RelationKind } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';
import { definitionsQuery } from '../rows/definition-hash';
import { configuredKey } from './configured-key';
import { findOtherScans } from './find-other-scans';
import { grantColumns } from './grants';
import { type CatalogColumn, readColumns } from './read-columns';
import { type CatalogKey, isBacked, readKeys } from './read-keys';
import { readLeaves, type RelationLeaves } from './read-leaves';
import { readTypes } from './read-types';
import { RELATION_KINDS } from './relation-kinds';
import type { SourceProblem } from './select-relations';

/** Relations as the catalog describes them, and what keeps some from being read completely. */
export interface DescribedRelations {
  /** In the order of the oids asked for; without those that are gone. */
  readonly relations: readonly Relation[];
  /** Columns that the role may not select, id columns that don't exist. */
  readonly problems: readonly SourceProblem[];
}

/** Settings that decide about key and columns. */
export type DescribeSettings = Pick<DocumentSettings, 'idColumns' | 'excludeColumns'>;

interface NamedRelation extends QualifiedName {
  readonly oid: number;
  readonly kind: RelationKind;
  readonly definition: string;
}

const NAMES = `
  select c.oid as "oid", n.nspname::text as "schema", c.relname::text as "table", c.relkind::text as "kind",
    d.definition as "definition"
  from unnest($1::oid[]) with ordinality as o (oid, position)
  join pg_class as c on c.oid = o.oid
  join pg_namespace as n on n.oid = c.relnamespace
  join (${definitionsQuery('$1::oid[]')}) as d on d.oid = c.oid
  order by o.position`;

/** Reads columns, types, keys and leaves of all relations by a handful of queries, however many there are. */
export async function describeRelations(
  tx: Transaction,
  oids: readonly number[],
  settings: DescribeSettings,
): Promise<DescribedRelations> {
  const names = await readNames(tx, oids);
  const keys = await readKeys(tx, oids);
  const leaves = await readLeaves(tx, oids);
  const otherScans = await findOtherScans(tx, names);
  const columns = await readColumns(tx, oids);
  const typeOf = await readTypes(
    tx,
    [...columns.values()].flat().map(({ type }) => type),
  );
  const problems: SourceProblem[] = [];
  const relations = names.map((name) => {
    const all = columns.get(name.oid) ?? [];
    const catalogKeys = keys.get(name.oid) ?? [];
    const key = chooseKey(name, catalogKeys[0], settings);
    problems.push(...missingColumns(name, key.key, all), ...unreadableColumns(name, key.key, all, settings, tx));
    const described: Relation = {
      ...name,
      columns: all.filter(({ readable }) => readable).map((column) => toColumn(column, typeOf(column.type))),
      unreadable: all.filter(({ readable }) => !readable).map(({ name: column }) => column),
      ...key,
      ...(isBacked(key.key, catalogKeys) ? {} : { keyIsUnbacked: true }),
      ...placeRows(name.oid, leaves.get(name.oid), otherScans.get(name.oid)),
    };
    return described;
  });
  return { relations, problems };
}

async function readNames(tx: Transaction, oids: readonly number[]): Promise<NamedRelation[]> {
  const rows = await tx.query<Omit<NamedRelation, 'kind'> & { readonly kind: string }>(NAMES, [oids]);
  return rows.map((row) => ({ ...row, kind: RELATION_KINDS[row.kind] ?? 'table' }));
}

/** Chooses what the catalog guarantees first, and what the operator says before what only happens to be unique. */
function chooseKey(
  name: QualifiedName,
  found: CatalogKey | undefined,
  settings: DescribeSettings,
): Pick<Relation, 'key' | 'keyIndex'> {
  if (found?.isPrimary === true) return { key: found.columns };
  const named = configuredKey(name, settings.idColumns);
  if (named !== undefined) return { key: named };
  return found === undefined ? { key: [] } : { key: found.columns, keyIndex: found.index };
}

function toColumn({ name, notNull }: CatalogColumn, type: Column['type']): Column {
  return { name, type, notNull };
}

function placeRows(
  oid: number,
  { leaves, wholeBecause: storage }: RelationLeaves = { leaves: [] },
  otherScan: string | undefined,
): Pick<Relation, 'leaves' | 'estimatedRows' | 'keyIsPerLeaf' | 'wholeBecause'> {
  const wholeBecause = storage ?? otherScan;
  const isInherited = leaves.length > 1 && leaves.some(({ leaf }) => leaf.oid === oid);
  return {
    leaves: leaves.map(({ leaf }) => leaf),
    estimatedRows: leaves.reduce((sum, { estimatedRows }) => sum + estimatedRows, 0),
    ...(isInherited ? { keyIsPerLeaf: true } : {}),
    ...(wholeBecause === undefined ? {} : { wholeBecause }),
  };
}

function missingColumns(
  name: QualifiedName,
  key: readonly string[],
  columns: readonly CatalogColumn[],
): SourceProblem[] {
  const missing = key.filter((column) => !columns.some((existing) => existing.name === column));
  if (missing.length === 0) return [];
  const relation = formatRelation(name);
  const message = `${relation} has no column ${listNames(missing)}, which documents.id_columns names.`;
  return [{ type: 'InvalidConfig', relation, message }];
}

function unreadableColumns(
  name: QualifiedName,
  key: readonly string[],
  columns: readonly CatalogColumn[],
  { excludeColumns }: DescribeSettings,
  { source }: Transaction,
): SourceProblem[] {
  const isExcluded = (column: string) => excludeColumns.includes(`${name.schema}.${name.table}.${column}`);
  const unreadable = columns
    .filter((column) => !column.readable && (key.includes(column.name) || !isExcluded(column.name)))
    .map((column) => column.name);
  if (unreadable.length === 0) return [];
  const relation = formatRelation(name);
  const role = source.settings.username;
  const message = `Role "${role}" lacks select on the columns ${listNames(unreadable)} of ${relation}.`;
  const remedy =
    `${grantColumns(role, name, unreadable)} Or list them in documents.exclude_columns. Without select on ` +
    `the whole table the role needs it on the system columns ctid and xmin, too.`;
  return [{ type: 'SourcePermission', relation, message, remedy }];
}

function listNames(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
