/** Names a table, partitioned table, view, materialized or foreign table within its database. */
export interface QualifiedName {
  readonly schema: string;
  readonly table: string;
}

/** Kinds of relations, in PostgreSQL's own terms; `rule` is the query of an advanced sync rule. */
export type RelationKind = 'table' | 'partitioned' | 'foreign' | 'view' | 'materialized' | 'rule';

/**
 * A column's type, with everything that rendering and mapping it needs.
 * `sqlName` is `format_type(atttypid, atttypmod)`: safe to use in a cast.
 */
export type ColumnType =
  | {
      readonly kind: 'base';
      readonly sqlName: string;
      /** `pg_type.typname`: `int4`, `timestamptz`. */ readonly name: string;
      /** `atttypmod`, -1 for none. */ readonly modifier: number;
    }
  | { readonly kind: 'enum'; readonly sqlName: string; readonly labels: readonly string[] }
  | { readonly kind: 'array'; readonly sqlName: string; readonly element: ColumnType }
  | { readonly kind: 'range'; readonly sqlName: string; readonly element: ColumnType }
  | { readonly kind: 'multirange'; readonly sqlName: string; readonly element: ColumnType }
  | { readonly kind: 'domain'; readonly sqlName: string; readonly base: ColumnType }
  | { readonly kind: 'composite'; readonly sqlName: string; readonly attributes: readonly Attribute[] };

/** The type under all domains: itself, where it is none. */
export function baseOf(type: ColumnType): ColumnType {
  return type.kind === 'domain' ? baseOf(type.base) : type;
}

/** An attribute of a composite type. */
export interface Attribute {
  readonly name: string;
  readonly type: ColumnType;
}

/** A column of a relation, in the order of `attnum`. */
export interface Column extends Attribute {
  readonly notNull: boolean;
}

/**
 * A table that holds rows itself. An ordinary table is a leaf of its own, beside those that inherit from it; a
 * partitioned table has one a partition (of any depth in both cases); views and rules have none.
 */
export interface Leaf extends QualifiedName {
  /** `pg_class.oid` */
  readonly oid: number;
  /** `pg_relation_filenode`: another one means that rows moved without their xmin saying so. */
  readonly fileNode: number;
  /** Size of the main fork in blocks when it was read. */
  readonly blocks: number;
  /**
   * Its rows are read through the partitioned table: the role may not select from the partition itself, or the row
   * level security of the partitioned table decides which rows it sees.
   */
  readonly throughParent?: boolean;
}

/** A relation as the catalog describes it. */
export interface Relation extends QualifiedName {
  /** `pg_class.oid`; 0 for a rule. */
  readonly oid: number;
  readonly kind: RelationKind;
  /** Of a rule: the tables that it names, which its documents carry in place of the rule's own name. */
  readonly tables?: readonly string[];
  readonly columns: readonly Column[];
  /** Columns that the role may not select, and that stay out of documents therefore. */
  readonly unreadable?: readonly string[];
  /** The columns that identify a row, in the key's order; never empty for a relation that is synced. */
  readonly key: readonly string[];
  /** The unique index that the key is taken from, where there is no primary key and the configuration names none. */
  readonly keyIndex?: string;
  /** No unique index over the key's columns makes sure that they identify a row. */
  readonly keyIsUnbacked?: boolean;
  /** Tables inherit from this one: an index holds for a table alone, so rows of two of them may share the key. */
  readonly keyIsPerLeaf?: boolean;
  /** Of a table that can't be read by its blocks: why it is read as a whole, as views are. */
  readonly wholeBecause?: string;
  /** Rows of other tables within its documents. */
  readonly branches?: readonly Branch[];
  readonly leaves: readonly Leaf[];
  /** Hash of all that shapes a document: columns, types, defaults, enum labels, composite attributes. */
  readonly definition: string;
  /** `pg_class.reltuples` summed over the leaves, 0 when never analyzed: for progress bars only. */
  readonly estimatedRows: number;
}

/** Two columns that hold the same value: of a branch's table (or its link table), and of the other table. */
export interface KeyPair {
  readonly own: string;
  readonly other: string;
  /** SQL of the operator that compares them: `=`, or `operator(public.=)` for a type of an extension. */
  readonly equals: string;
}

/** A table between a parent and its rows. */
export interface BranchLink {
  readonly relation: Relation;
  /** `other` is of the parent. */
  readonly toParent: readonly KeyPair[];
  /** `other` is of the branch's table. */
  readonly toChild: readonly KeyPair[];
}

/** A column by which the rows of a list are in order. */
export interface BranchOrder {
  readonly column: string;
  readonly descends: boolean;
  /** Text is compared by bytes: an order that no library of the system changes. */
  readonly bytewise: boolean;
}

/** A figure of a list's rows, which stands in their parent's object. */
export interface Rollup {
  readonly field: string;
  readonly figure: 'count' | 'ids' | 'sum' | 'min' | 'max';
  /** Absent for a count. */
  readonly column?: Column;
}

/** Rows of another table within a document: a list of them, or one. Its field is `name`. */
export interface Branch {
  readonly name: string;
  /** The branch's table. */
  readonly relation: Relation;
  /** Columns in the document, each with its field. */
  readonly columns: readonly { readonly column: Column; readonly field: string }[];
  readonly isList: boolean;
  /** `other` is of the parent; empty behind a link. */
  readonly on: readonly KeyPair[];
  readonly link?: BranchLink;
  /** SQL condition over the table's columns. */
  readonly where?: string;
  readonly order: readonly BranchOrder[];
  /** Rows of a list at most; the others are left out. */
  readonly limit?: number;
  /** Rows of a list above which its document is refused. */
  readonly maxRows: number;
  readonly mapping: 'nested' | 'object' | 'none';
  readonly rollups: readonly Rollup[];
  /** Whether the rows themselves are in the document, and not just their rollups. */
  readonly showsRows: boolean;
  readonly branches: readonly Branch[];
  /** Indexes that lead from a parent to its rows. */
  readonly indexes: readonly string[];
  /** Statements that make the indexes which are missing. */
  readonly missingIndexes: readonly string[];
  /** No index leads from a row of its parent to its rows, or links: they are found for many rows at once. */
  readonly isGathered: boolean;
}

/** A branch and those below it, each with its path: `lines`, `lines.product`. */
export function listBranches(
  branches: readonly Branch[],
  parent: readonly string[] = [],
): { readonly path: string; readonly branch: Branch }[] {
  return branches.flatMap((branch) => {
    const path = [...parent, branch.name];
    return [{ path: path.join('.'), branch }, ...listBranches(branch.branches, path)];
  });
}

/** The tables of branches, each once; with those that link them. */
export function listTreeTables(branches: readonly Branch[]): Relation[] {
  const tables = listBranches(branches).flatMap(({ branch: { relation, link } }) =>
    link === undefined ? [relation] : [link.relation, relation],
  );
  return [...new Map(tables.map((table) => [table.oid, table])).values()];
}

/**
 * Whether a relation is read as a whole, and compared by fingerprint: it has no leaves and no `xmin` that tells of
 * changes, or only a look at all of its rows tells which of them share a key.
 */
export function isReadAsWhole({
  kind,
  keyIsUnbacked,
  wholeBecause,
}: Pick<Relation, 'kind' | 'keyIsUnbacked' | 'wholeBecause'>): boolean {
  return (kind !== 'table' && kind !== 'partitioned') || keyIsUnbacked === true || wholeBecause !== undefined;
}

/** Whether two rows of a relation may have the same id; such rows become one dead letter and no document. */
export function mayShareIds(
  relation: Pick<Relation, 'kind' | 'keyIsUnbacked' | 'wholeBecause' | 'keyIsPerLeaf'>,
): boolean {
  return isReadAsWhole(relation) || relation.keyIsPerLeaf === true;
}

/** A relation that a sync leaves out, and why. */
export interface SkippedRelation {
  readonly relation: string;
  readonly reason: string;
}

const ENCODED = /[%.:/,\s\p{Cc}]/gu;

/**
 * The relation's name in messages, in state and in the field `_relation`: `schema.table`, each part percent-encoded
 * where it holds a separator, so that no two relations share a name.
 */
export function formatRelation({ schema, table }: QualifiedName): string {
  return `${encodePart(schema)}.${encodePart(table)}`;
}

/** The schema and table that {@link formatRelation} made a name of; of any other text, such as `50%`, something alike. */
export function parseRelation(name: string): QualifiedName {
  const [schema = '', table = ''] = name.split('.', 2).map(decodePart);
  return { schema, table };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A relation's name without percent-encoding, as people write it. */
export function plainName(name: string): string {
  const { schema, table } = parseRelation(name);
  return `${schema}.${table}`;
}

function encodePart(part: string): string {
  return part.replace(ENCODED, (character) => (character === '.' ? '%2E' : encodeURIComponent(character)));
}

/** The value of the field `_relation`, which every scan, count and delete filters on. */
export function relationField(connectorId: string, relation: string): string {
  return `${connectorId}/${relation}`;
}
