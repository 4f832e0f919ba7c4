import type { BranchSettings } from '../../config/settings/to-trees';
import { qualifiedName, quoteIdentifier } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import type { Branch, BranchLink, BranchOrder, KeyPair, Rollup } from '../../sync/relation';
import { baseOf, type Column, type ColumnType, formatRelation, type Relation } from '../../sync/relation';
import { choosePairs, type ChosenPairs } from './choose-pairs';
import { isUniqueBy, leadsTo } from './read-index-columns';
import { findTreeTable, type TreeTables } from './tree-tables';

/**
 * Makes a branch of what the file says of it and the catalog knows.
 * @param where - the place in the file, for messages: `documents.nested.orders.lines`
 * @throws SyncFailure with the first thing that is wrong with it, or with a branch of it
 */
export function growBranch(
  tables: TreeTables,
  parent: Relation,
  name: string,
  settings: BranchSettings,
  where = `documents.nested.${parent.table}.${name}`,
): Branch {
  const relation = findTreeTable(tables, settings.table, parent, where);
  const { on, link, allowsOne } = joinTables(tables, parent, relation, settings, where);
  const isList = !(settings.one ?? allowsOne);
  const rollups = Object.entries(settings.rollups).map(([field, rollup]): Rollup => {
    if (rollup === 'count') return { field, figure: 'count' };
    if (rollup === 'ids') return { field, figure: 'ids', column: theKey(relation, where) };
    const [figure = 'sum', column = ''] = Object.entries(rollup).find(([, value]) => value !== undefined) ?? [];
    return { field, figure: figure as 'max' | 'min' | 'sum', column: findColumn(relation, column, 'rollups', where) };
  });
  if (!isList && (rollups.length > 0 || !settings.list))
    throw invalid(`${where}: it is one row, which has no rollups`, 'Take rollups and list out, or add one: false.');
  if (isList && !settings.list && rollups.length === 0)
    throw invalid(`${where}: list is false, and there are no rollups`, 'Add rollups, or take list out.');
  const columns = chooseColumns(relation, settings, where);
  const branches = Object.entries(settings.with).map(([below, child]) =>
    growBranch(tables, relation, below, child, `${where}.${below}`),
  );
  if (settings.list && columns.length + branches.length === 0)
    throw invalid(`${where}: nothing of ${formatRelation(relation)} is left`, 'Correct columns and exclude_columns.');
  return {
    name,
    relation,
    columns,
    isList,
    on,
    ...(link === undefined ? {} : { link }),
    ...(settings.where === undefined ? {} : { where: settings.where }),
    order: chooseOrder(relation, settings, isList && settings.list, where),
    ...(settings.limit === undefined || !isList ? {} : { limit: settings.limit }),
    maxRows: settings.maxRows,
    mapping: settings.mapping ?? (isList ? 'nested' : 'object'),
    rollups,
    showsRows: settings.list,
    branches,
    ...findIndexes(tables, relation, on, link),
  };
}

interface Joined {
  readonly on: readonly KeyPair[];
  readonly link?: BranchLink;
  /** Keys allow one row of the branch for a row of its parent. */
  readonly allowsOne: boolean;
}

function joinTables(
  tables: TreeTables,
  parent: Relation,
  relation: Relation,
  { through, by, one }: BranchSettings,
  where: string,
): Joined {
  const { foreignKeys } = tables;
  if (through === undefined) {
    const chosen = choosePairs({ own: relation, other: parent, given: by, key: 'by', where }, foreignKeys, one);
    return { on: chosen.pairs, allowsOne: isOne(tables, relation, chosen) };
  }
  if (by !== undefined)
    throw invalid(`${where}: by and through exclude each other`, 'Write it as through.parent and .child.');
  const between = findTreeTable(tables, through.table, parent, where);
  const toParent = choosePairs(
    { own: between, other: parent, given: through.parent, key: 'through.parent', where },
    foreignKeys,
    false,
  );
  const toChild = choosePairs(
    { own: between, other: relation, given: through.child, key: 'through.child', where },
    foreignKeys,
    false,
  );
  const link = { relation: between, toParent: toParent.pairs, toChild: toChild.pairs };
  return { on: [], link, allowsOne: false };
}

function isOne({ indexes }: TreeTables, { oid, key }: Relation, { pairs, refersToOwn }: ChosenPairs): boolean {
  const columns = pairs.map(({ own }) => own);
  const isKey = key.length > 0 && key.every((column) => columns.includes(column));
  return refersToOwn || isKey || (indexes.get(oid) ?? []).some((index) => isUniqueBy(index, columns));
}

function chooseColumns(relation: Relation, settings: BranchSettings, where: string): Branch['columns'] {
  const { columns: wanted = relation.columns.map(({ name }) => name), excludeColumns, rename } = settings;
  const known = [...relation.columns.map(({ name }) => name), ...(relation.unreadable ?? [])];
  const unknown = [...excludeColumns, ...Object.keys(rename)].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw invalid(
      `${where}: ${formatRelation(relation)} has no column ${unknown.map((name) => `"${name}"`).join(', ')}`,
      'Correct exclude_columns or rename.',
    );
  return wanted
    .filter((name) => !excludeColumns.includes(name))
    .map((name) => ({ column: findColumn(relation, name, 'columns', where), field: rename[name] ?? name }));
}

const DESCENDING = /\s+desc$/i;
const ASCENDING = /\s+asc$/i;

function chooseOrder(
  relation: Relation,
  { orderBy = [] }: BranchSettings,
  needsKey: boolean,
  where: string,
): readonly BranchOrder[] {
  if (needsKey && relation.key.length === 0)
    throw invalid(
      `${where}: ${formatRelation(relation)} has no primary key, so its rows have no order`,
      `Name columns that identify a row: documents.id_columns: { ${relation.schema}.${relation.table}: [column] }`,
    );
  const given = orderBy.map((entry) => ({
    name: entry.replace(DESCENDING, '').replace(ASCENDING, ''),
    descends: DESCENDING.test(entry),
  }));
  const keys = relation.key
    .filter((name) => !given.some((order) => order.name === name))
    .map((name) => ({ name, descends: false }));
  return [...given, ...keys].map(({ name, descends }) => {
    const column = findColumn(relation, name, 'order_by', where);
    return { column: name, descends, bytewise: isText(column.type) };
  });
}

function isText(type: ColumnType): boolean {
  const base = baseOf(type);
  return base.kind === 'base' && ['text', 'varchar', 'bpchar', 'citext', 'name'].includes(base.name);
}

/** An index whose first columns are those by which rows are found; of views nobody can tell. */
function findIndexes(
  { indexes }: TreeTables,
  relation: Relation,
  on: readonly KeyPair[],
  link: BranchLink | undefined,
): Pick<Branch, 'indexes' | 'isGathered' | 'missingIndexes'> {
  const steps =
    link === undefined
      ? [{ table: relation, columns: on.map(({ own }) => own) }]
      : [
          { table: link.relation, columns: link.toParent.map(({ own }) => own) },
          { table: relation, columns: link.toChild.map(({ other }) => other) },
        ];
  const found = steps.map(({ table, columns }) =>
    (indexes.get(table.oid) ?? []).find((index) => leadsTo(index, columns)),
  );
  const first = link?.relation ?? relation;
  const isIndexable = (table: object) => !('kind' in table && ['view', 'foreign'].includes(String(table.kind)));
  return {
    // A place in the heap tells a row of a table without others below it.
    isGathered: found[0] === undefined && first.kind === 'table' && first.leaves.length === 1,
    indexes: found.flatMap((index) => (index === undefined ? [] : [index.name])),
    missingIndexes: steps
      .filter(({ table }, step) => found[step] === undefined && isIndexable(table))
      .map(({ table, columns }) => {
        // PostgreSQL makes an index of a partitioned table with a lock only.
        const concurrently = 'kind' in table && table.kind === 'partitioned' ? '' : 'concurrently ';
        return `create index ${concurrently}on ${qualifiedName(table)} (${columns.map(quoteIdentifier).join(', ')})`;
      }),
  };
}

function theKey(relation: Relation, where: string): Column {
  const [key, ...more] = relation.key;
  if (key === undefined || more.length > 0)
    throw invalid(
      `${where}: ids takes a key of one column, which ${formatRelation(relation)} has not`,
      'Take another figure.',
    );
  return findColumn(relation, key, 'rollups', where);
}

function findColumn(relation: Relation, name: string, key: string, where: string): Column {
  const column = relation.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const reason = relation.unreadable?.includes(name) === true ? 'may not be read by the role' : 'is none';
  throw invalid(`${where}: column "${name}" of ${formatRelation(relation)} ${reason}`, `Correct ${key}.`);
}

function invalid(message: string, remedy: string): SyncFailure {
  return new SyncFailure('InvalidConfig', message, remedy);
}
