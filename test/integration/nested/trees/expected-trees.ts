import type { TestDatabase } from '../../../support/postgres';
import { eachBranch, linkName } from './create-tables';
import { type DrawnBranch, type DrawnTable, keyColumns, listTables, tieColumns, tiePrefix } from './draw-tree';

type Row = Readonly<Record<string, unknown>>;
type Rows = ReadonlyMap<string, readonly Row[]>;

/** A document as a plain look at all tables has it, put together row by row by code that shares nothing with pgferry. */
export interface ExpectedTree {
  readonly fields: Row;
  /** Rows of other tables that belong to it, also those behind a limit. */
  readonly rows: number;
}

/** What the documents of a root must hold, by the root's key as text. */
export async function expectedTrees(database: TestDatabase, root: DrawnTable): Promise<Map<string, ExpectedTree>> {
  const names = listTables(root).map(({ name }) => name);
  eachBranch(root, (_, branch) => {
    if (branch.tie === 'link') names.push(linkName(branch));
  });
  const selects = names.map((name) => `select '${name}' as name, row_to_json(t) as row from ${name} as t`);
  const found = await database.sql(selects.join(' union all '));
  const tables = new Map(names.map((name) => [name, [] as Row[]]));
  for (const { name, row } of found) tables.get(String(name))?.push(row as Row);
  return new Map((tables.get(root.name) ?? []).map((row) => [keyText(row), expectedTree(tables, root, row)]));
}

export function keyText(row: Row): string {
  return JSON.stringify([row['k'], row['k2']].map(String));
}

function expectedTree(tables: Rows, table: DrawnTable, row: Row): ExpectedTree {
  const fields: Record<string, unknown> = { ...own(table, row) };
  let rows = 0;
  for (const branch of table.branches) {
    const below = branch.tie === 'self' ? { ...branch.table, branches: [] } : branch.table;
    const children = childrenOf(tables, table, row, branch).map((child) => ({
      child,
      tree: expectedTree(tables, below, child),
    }));
    rows += children.reduce((sum, { tree }) => sum + 1 + tree.rows, 0);
    const shown = branch.limit === undefined ? children : inOrder(below, children).slice(0, branch.limit);
    const trees = shown.map(({ tree }) => tree.fields);
    fields[branch.field] = branch.tie === 'parent' ? (trees[0] ?? null) : sorted(trees);
  }
  return { fields, rows };
}

function own(table: DrawnTable, row: Row): Row {
  return Object.fromEntries([...keyColumns(table).map(([name]) => name), 'v'].map((name) => [name, row[name]]));
}

function childrenOf(tables: Rows, parent: DrawnTable, row: Row, branch: DrawnBranch): readonly Row[] {
  const { table, tie, hasCondition } = branch;
  const all = tables.get(table.name) ?? [];
  const prefix = tiePrefix(branch);
  const refersTo = (from: Row, columns: readonly string[], to: Row, target: DrawnTable) =>
    keyColumns(target).every(([name], at) => isEqual(target, name, from[columns[at] ?? ''], to[name]));
  const linked = () => {
    const [above, below] = [tieColumns('p', parent), tieColumns('c', table)];
    const links = (tables.get(linkName(branch)) ?? []).filter((link) => refersTo(link, above, row, parent));
    return links.flatMap((link) => all.filter((child) => refersTo(link, below, child, table)));
  };
  const children =
    tie === 'link'
      ? linked()
      : tie === 'parent'
        ? all.filter((child) => refersTo(row, tieColumns(prefix, table), child, table))
        : all.filter((child) => refersTo(child, tieColumns(prefix, parent), row, parent));
  return hasCondition ? children.filter((child) => child['ok'] === true) : children;
}

/** Numbers that print differently, and texts of another case, are the same key. */
function isEqual({ key }: DrawnTable, column: string, one: unknown, other: unknown): boolean {
  if (one === null || other === null || one === undefined) return false;
  if (key === 'numeric' && column === 'k') return Number(one) === Number(other);
  if (typeof one !== 'string' || typeof other !== 'string') return one === other;
  return key === 'citext' && column === 'k' ? one.toLowerCase() === other.toLowerCase() : one === other;
}

function inOrder<Item extends { readonly child: Row }>({ key }: DrawnTable, items: readonly Item[]): readonly Item[] {
  const byBytes = (one: unknown, other: unknown) => Buffer.compare(toBytes(one), toBytes(other));
  const byNumber = (one: unknown, other: unknown) => Number(one) - Number(other);
  const compare = key === 'int' || key === 'pair' ? byNumber : byBytes;
  return items.toSorted((a, b) => compare(a.child['k'], b.child['k']) || byBytes(a.child['k2'], b.child['k2']));
}

function toBytes(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? null));
}

/** Lists are compared without their order, which other tests look at. */
export function sorted(values: readonly unknown[]): readonly unknown[] {
  return values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
