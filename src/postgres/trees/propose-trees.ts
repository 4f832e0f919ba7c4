import { formatRelation, type Relation } from '../../sync/relation';
import type { ForeignKey } from './read-foreign-keys';
import { findCandidate } from './tree-tables';

/** Columns of one table: columns of another. */
type Pairs = Readonly<Record<string, string>>;

/** A branch that foreign keys allow, under the keys that it has in the file. */
export interface ProposedBranch {
  readonly table: string;
  readonly through?: string | { readonly table: string; readonly parent: Pairs; readonly child: Pairs };
  /** Only where several foreign keys come into question. */
  readonly by?: Pairs;
  readonly with?: ProposedBranches;
}

/** Branches by the field that they would fill. */
export type ProposedBranches = Readonly<Record<string, ProposedBranch>>;

/** Branches of documents, by the table whose rows these are. */
export type ProposedTrees = Readonly<Record<string, ProposedBranches>>;

/** Bytes up to which the file takes the name of a branch. */
const MAX_NAME_BYTES = 63;

/** Fields of documents that no branch of their root may be called. */
const TAKEN_BY_ROOTS = ['id', 'database', 'schema', 'table', 'timestamp', 'body'];

/** A foreign key whose both ends are known. */
interface Edge {
  readonly key: ForeignKey;
  readonly from: Relation;
  readonly to: Relation;
}

/**
 * Trees that foreign keys allow, by the name of their root: the rows that it refers to as objects, those that refer to it as
 * lists, each with the rows that these refer to, and what a link table leads to.
 * @param roots - tables that get a tree where a foreign key touches them
 * @param tables - all tables that branches may show
 */
export function proposeTrees(
  roots: readonly Relation[],
  tables: readonly Relation[],
  foreignKeys: readonly ForeignKey[],
): ProposedTrees {
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const edges = foreignKeys.flatMap((key): Edge[] => {
    const [from, to] = [byOid.get(key.from), byOid.get(key.to)];
    return from === undefined || to === undefined ? [] : [{ key, from, to }];
  });
  const around: Surroundings = { edges, tables, kinds: new Map() };
  const trees = roots
    .filter((root) => otherEnd(root, edges) === undefined)
    .flatMap((root): [string, ProposedBranches][] => {
      const name = nameTable(root, root, tables);
      const branches = growProposal(root, around);
      return name === undefined || Object.keys(branches).length === 0 ? [] : [[name, branches]];
    });
  return Object.fromEntries(trees);
}

interface Surroundings {
  readonly edges: readonly Edge[];
  readonly tables: readonly Relation[];
  /** What roots hold under a name: they share an index, in which a field has one mapping. */
  readonly kinds: Map<string, string>;
}

function growProposal(root: Relation, around: Surroundings): ProposedBranches {
  const branches = new BranchList(root, TAKEN_BY_ROOTS, around.kinds);
  for (const edge of around.edges.filter(({ from }) => from === root)) addReferred(branches, root, edge, around);
  for (const edge of around.edges.filter(({ to }) => to === root)) addReferring(branches, root, edge, around);
  return branches.done();
}

/** The row that a row refers to: an object. */
function addReferred(branches: BranchList, parent: Relation, { key, to }: Edge, { edges, tables }: Surroundings): void {
  const table = nameTable(to, parent, tables);
  const by = isOnly(edges, parent, to) ? {} : { by: pairUp(key.referred, key.columns) };
  if (table !== undefined) branches.add([describeColumns(key), to.table], { table, ...by }, `one of ${to.oid}`);
}

/** The rows that refer to a row, or what these lead to: a list. */
function addReferring(branches: BranchList, root: Relation, edge: Edge, around: Surroundings): void {
  const { key, from } = edge;
  const table = nameTable(from, root, around.tables);
  if (table === undefined) return;
  const beyond = otherEnd(from, around.edges, edge);
  if (beyond !== undefined) {
    const further = nameTable(beyond.to, root, around.tables);
    if (further === undefined) return;
    const names = [
      beyond.to.table,
      `${beyond.to.table}_by_${from.table}`,
      `${from.table}_${describeColumns(beyond.key)}`,
    ];
    const through = describeLink(edge, beyond, table, around);
    branches.add(names, { table: further, through }, `all of ${beyond.to.oid}`);
    return;
  }
  const below = new BranchList(from, [], new Map());
  // A row's own root is not among its branches, unless by another key.
  for (const next of around.edges.filter((one) => one.from === from && one !== edge))
    addReferred(below, from, next, around);
  const by = isOnly(around.edges, from, root) ? {} : { by: pairUp(key.columns, key.referred) };
  const inside = below.done();
  const branch = { table, ...by, ...(Object.keys(inside).length === 0 ? {} : { with: inside }) };
  branches.add([from.table, `${from.table}_by_${describeColumns(key)}`], branch, JSON.stringify(key));
}

function describeLink(
  edge: Edge,
  beyond: Edge,
  table: string,
  { edges }: Surroundings,
): NonNullable<ProposedBranch['through']> {
  if (isOnly(edges, edge.from, edge.to) && isOnly(edges, beyond.from, beyond.to)) return table;
  const parent = pairUp(edge.key.columns, edge.key.referred);
  return { table, parent, child: pairUp(beyond.key.columns, beyond.key.referred) };
}

/**
 * The other foreign key of a link table, which has two of them and no column besides.
 * @param one - the key that led to it; absent: it is asked whether the table is one at all
 */
function otherEnd(table: Relation, edges: readonly Edge[], one?: Edge): Edge | undefined {
  const own = edges.filter(({ from }) => from === table);
  const columns = new Set(own.flatMap(({ key }) => key.columns));
  const isLink = own.length === 2 && table.columns.every(({ name }) => columns.has(name));
  return isLink ? own.find((edge) => edge !== one) : undefined;
}

/** Whether one foreign key alone lies between two tables, so that the file needn't name its columns. */
function isOnly(edges: readonly Edge[], one: Relation, other: Relation): boolean {
  const between = edges.filter(({ from, to }) => (from === one && to === other) || (from === other && to === one));
  return between.length === 1 && one !== other;
}

function pairUp(columns: readonly string[], counterparts: readonly string[]): Pairs {
  return Object.fromEntries(columns.map((column, index) => [column, counterparts[index] ?? '']));
}

/** What a foreign key is about: `customer` of `customer_id`; nothing where it has several columns. */
function describeColumns({ columns: [column = '', ...more] }: ForeignKey): string {
  return more.length > 0 ? '' : column.replace(/_(?:id|fk|key|no|number)$|(?<=[a-z])I[dD]$/u, '');
}

/**
 * A table as the file names it.
 * @returns undefined where no name means this table
 */
function nameTable(table: Relation, parent: Relation, tables: readonly Relation[]): string | undefined {
  const isMeant = (name: string) => findCandidate(name, [parent.schema], tables) === table;
  return [table.table, formatRelation(table)].find(isMeant);
}

/** Branches that are collected, each under a name of its own. */
class BranchList {
  private readonly branches = new Map<string, ProposedBranch>();

  /**
   * @param parent - has columns, as which no branch can be called
   * @param taken - names that none can have either
   * @param kinds - what stands under a name elsewhere in the index
   */
  constructor(
    private readonly parent: Relation,
    private readonly taken: readonly string[],
    private readonly kinds: Map<string, string>,
  ) {}

  /**
   * Leaves a branch out for which there is no name.
   * @param names - the best first; empty ones don't count
   * @param kind - what has the same mapping has the same one
   */
  add(names: readonly string[], branch: ProposedBranch, kind: string): void {
    const last = names.at(-1) ?? '';
    const field = [...names, `${this.parent.table}_${last}`, `${last}_2`, `${last}_3`]
      .map((name) => name.replaceAll(/[^\p{L}\p{N}_]+/gu, '_').replaceAll(/^_+|_+$/gu, ''))
      .find((name) => this.isFree(name, kind));
    if (field === undefined) return;
    this.branches.set(field, branch);
    this.kinds.set(field, kind);
  }

  done(): ProposedBranches {
    return Object.fromEntries(this.branches);
  }

  private isFree(name: string, kind: string): boolean {
    const isTaken = this.taken.includes(name) || this.parent.columns.some((column) => column.name === name);
    const isAsElsewhere = (this.kinds.get(name) ?? kind) === kind;
    return (
      name !== '' && Buffer.byteLength(name) <= MAX_NAME_BYTES && !isTaken && isAsElsewhere && !this.branches.has(name)
    );
  }
}
