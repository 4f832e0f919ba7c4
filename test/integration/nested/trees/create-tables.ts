import type { BranchSettings } from '../../../../src/config/settings/to-trees';
import { type DrawnBranch, type DrawnTable, keyColumns, listTables, tieColumns, tiePrefix } from './draw-tree';

interface TieColumn {
  readonly name: string;
  readonly type: string;
  readonly isIndexed: boolean;
}

/** Statements that create the tables of a tree. */
export function createTables(root: DrawnTable): string[] {
  const tables = listTables(root);
  const ties = listTies(root);
  const created = tables.flatMap((table) => createTable(table, ties.get(table.name) ?? []));
  return ['create extension citext schema public', ...created, ...createConstraints(root), ...createLinks(root)];
}

/** The columns of each table by which it refers to others. */
function listTies(root: DrawnTable): ReadonlyMap<string, readonly TieColumn[]> {
  const found = new Map<string, TieColumn[]>();
  const add = (table: string, { isIndexed, ...branch }: DrawnBranch, target: DrawnTable) => {
    const prefix = tiePrefix(branch);
    const columns = keyColumns(target).map(([name, type]) => ({ name: `${prefix}_${name}`, type, isIndexed }));
    found.set(table, [...(found.get(table) ?? []), ...columns]);
  };
  eachBranch(root, (parent, branch) => {
    if (branch.tie === 'child') add(branch.table.name, branch, parent);
    if (branch.tie === 'self') add(parent.name, branch, parent);
    if (branch.tie === 'parent') add(parent.name, branch, branch.table);
  });
  return found;
}

export function eachBranch(table: DrawnTable, visit: (parent: DrawnTable, branch: DrawnBranch) => void): void {
  for (const branch of table.branches) {
    visit(table, branch);
    if (branch.tie !== 'self') eachBranch(branch.table, visit);
  }
}

function createTable(table: DrawnTable, ties: readonly TieColumn[]): string[] {
  const { name, storage } = table;
  const key = keyColumns(table);
  const keyNames = key.map(([column]) => column).join(', ');
  const columns = [
    ...key.map(([column, type]) => `${column} ${type} not null`),
    'v text',
    'ok boolean not null default true',
    ...ties.map((tie) => `${tie.name} ${tie.type}`),
    `primary key (${keyNames})`,
  ];
  const indexed = (of: string) =>
    ties.filter(({ isIndexed }) => isIndexed).map((tie) => `create index on ${of} (${tie.name})`);
  const create = `create table ${name} (${columns.join(', ')})`;
  if (storage === 'partitioned') {
    const parts = [0, 1, 2].map(
      (part) => `create table ${name}_${part} partition of ${name} for values with (modulus 3, remainder ${part})`,
    );
    return [`${create} partition by hash (${key[0]?.[0] ?? 'k'})`, ...parts, ...indexed(name)];
  }
  if (storage === 'inherited') {
    const child = `create table ${name}_more (extra int, primary key (${keyNames})) inherits (${name})`;
    return [create, child, ...indexed(name), ...indexed(`${name}_more`)];
  }
  return [create, ...indexed(name)];
}

function createConstraints(root: DrawnTable): string[] {
  const statements: string[] = [];
  eachBranch(root, (parent, branch) => {
    if (branch.onDelete === 'none' || branch.tie === 'link') return;
    const [from, to] = branch.tie === 'parent' ? [parent, branch.table] : [branch.table, parent];
    const columns = tieColumns(tiePrefix(branch), to).join(', ');
    const referred = keyColumns(to)
      .map(([name]) => name)
      .join(', ');
    statements.push(
      `alter table ${from.name} add foreign key (${columns}) references ${to.name} (${referred}) ` +
        `on update cascade on delete ${branch.onDelete}`,
    );
  });
  return statements;
}

/** Links carry a payload, which is in no document; without a constraint a row may be linked twice. */
function createLinks(root: DrawnTable): string[] {
  const statements: string[] = [];
  eachBranch(root, (parent, branch) => {
    if (branch.tie !== 'link') return;
    const name = linkName(branch);
    const [above, below] = [tieColumns('p', parent), tieColumns('c', branch.table)];
    const types = [...keyColumns(parent), ...keyColumns(branch.table)].map(([, type]) => type);
    const columns = [...above, ...below].map((column, position) => `${column} ${types[position] ?? ''}`);
    statements.push(
      `create table ${name} (${columns.join(', ')}, payload text)`,
      ...(branch.isIndexed ? [`create index on ${name} (${above.join(', ')})`] : []),
      `create index on ${name} (${below.join(', ')})`,
    );
    if (branch.onDelete === 'none') return;
    const refer = (own: readonly string[], to: DrawnTable) =>
      `alter table ${name} add foreign key (${own.join(', ')}) references ${to.name} on update cascade on delete cascade`;
    statements.push(
      `alter table ${name} add primary key (${[...above, ...below].join(', ')})`,
      refer(above, parent),
      refer(below, branch.table),
    );
  });
  return statements;
}

export function linkName({ field }: DrawnBranch): string {
  return `link_${field}`;
}

/** The branches of a table as a connector's settings have them. */
export function branchSettings(parent: DrawnTable): Record<string, BranchSettings> {
  return Object.fromEntries(parent.branches.map((branch) => [branch.field, toSettings(parent, branch)]));
}

function toSettings(parent: DrawnTable, branch: DrawnBranch): BranchSettings {
  const { table, tie, onDelete, hasCondition, limit } = branch;
  // What a foreign key says need not be said again.
  const isGiven = onDelete === 'none' || tie === 'self';
  return {
    table: table.name,
    columns: [...keyColumns(table).map(([name]) => name), 'v'],
    excludeColumns: [],
    rename: {},
    rollups: {},
    list: true,
    maxRows: 10_000,
    ...(hasCondition ? { where: 'ok' } : {}),
    ...(limit === undefined ? {} : { limit }),
    ...(tie === 'self' ? { one: false } : {}),
    ...(tie === 'parent' && isGiven ? { one: true } : {}),
    ...(tie === 'link'
      ? {
          through: isGiven
            ? { table: linkName(branch), parent: pair('p', parent), child: pair('c', table) }
            : { table: linkName(branch) },
        }
      : isGiven
        ? { by: tie === 'parent' ? reverse(pair(tiePrefix(branch), table)) : pair(tiePrefix(branch), parent) }
        : {}),
    with: tie === 'self' ? {} : branchSettings(table),
  };
}

function pair(prefix: string, target: DrawnTable): Record<string, string> {
  return Object.fromEntries(keyColumns(target).map(([name]) => [`${prefix}_${name}`, name]));
}

function reverse(pairs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(pairs).map(([own, other]) => [other, own]));
}
