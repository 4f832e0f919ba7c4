import { qualifiedName } from '../../documents/sql-text';
import { type Branch, isReadAsWhole, type Leaf, type QualifiedName, type Relation } from '../../sync/relation';

/** A place to read rows: leaves of a table, or a query. */
export type RowSource = LeafRows | QueryRows;

/** Rows of a table: its leaves, all that are to be read. */
export interface LeafRows {
  readonly relation: ExpectedRelation;
  readonly leaves: readonly Leaf[];
}

/** Rows of a view, a foreign table or a rule: read as a whole, since they have no blocks. */
export interface QueryRows {
  /** For messages. */
  readonly relation: QualifiedName;
  /** The text after `from`: a quoted name, or `(query)` on lines of its own. */
  readonly from: string;
  /**
   * Schemas in which a rule's query looks for its tables.
   * @default ['pg_catalog']
   */
  readonly searchPath?: readonly string[];
}

/** The relation that leaves belong to, and what it must still look like. A {@link Relation} is one. */
export interface ExpectedRelation extends QualifiedName {
  readonly oid: number;
  readonly definition: string;
  /** Rows of other tables that are rendered with its own. */
  readonly branches?: readonly Branch[];
}

/** Blocks `from` up to, but without, `to` of a leaf; `to: null` reaches to wherever the leaf ends by then. */
export interface BlockRange {
  readonly from: number;
  readonly to: number | null;
}

/** Gives the place of a relation's rows: all that `select * from` it shows. */
export function rowSourceOf(relation: Relation): RowSource {
  if (isReadAsWhole(relation)) return { relation, from: qualifiedName(relation) };
  return { relation, leaves: relation.leaves };
}
