import type { BulkBody } from '../../sync/bulk-body';
import type { Leaf, QualifiedName } from '../../sync/relation';
import type { RowProjection } from './row-projection';

/** What every reading of rows needs. */
export interface CopyOptions {
  readonly projection: RowProjection;
  /** External version that every index action carries. */
  readonly version: number;
  /** Bytes; a row whose {@link RowProjection.size} is larger is not rendered but reported. */
  readonly maxRowBytes: number;
  /** Bytes at which a piece is handed out; asked anew for every piece. */
  readonly targetBytes: () => number;
  /** Cancels the statement and drops its connection at once; the reading then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The relation that leaves belong to, and what it must still look like. A {@link Relation} is one. */
export interface PlannedRelation extends QualifiedName {
  readonly oid: number;
  readonly definition: string;
}

/** Rows of a table: its leaves, all that are to be read. */
export interface LeafRows {
  readonly relation: PlannedRelation;
  readonly leaves: readonly Leaf[];
}

/** Rows of a view, a foreign table or a rule: read as a whole, since they have no blocks. */
export interface QueryRows {
  /** For messages. */
  readonly relation: QualifiedName;
  /** What stands after `from`: a quoted name, or `(query)` on lines of its own. */
  readonly from: string;
  /** Schemas in which a rule's query looks for its tables. @default ['pg_catalog'] */
  readonly searchPath?: readonly string[];
}

/** Blocks `from` up to, but without, `to` of a leaf; `to: null` reaches to wherever the leaf ends by then. */
export interface BlockRange {
  readonly from: number;
  readonly to: number | null;
}

/** A row that is too large to be read. */
export interface OversizedRow {
  readonly id: string;
  readonly bytes: number;
}

/** A row that PostgreSQL fails to render, such as one with bytes that no text can hold. */
export interface UnreadableRow {
  /** Absent where even that can't be read. */
  readonly id?: string;
  readonly leaf: QualifiedName;
  /** Its place in the leaf: `(block,item)`. */
  readonly ctid: string;
  readonly sqlState: string;
}

/** A row of a relation that is read as a whole, which PostgreSQL fails to render. */
export interface UnrenderedRow {
  readonly id: string;
  readonly sqlState: string;
}

/** An id that doesn't tell rows apart: several share it, or a column of their key is null. */
export interface AmbiguousId {
  readonly id: string;
  readonly rows: number;
  readonly isNull: boolean;
}

/** A part of what was read. Every row of a reading is in exactly one piece, in exactly one of its lists. */
export interface CopyPiece {
  /** Index actions, one a row; empty where the piece only reports rows that can't be read. */
  readonly body: BulkBody;
  /** Gives the memory of `body` to pieces that are yet to be read. Once, and only when nobody reads the body any more. */
  readonly giveBack?: () => void;
  /** How many values are left out of an item's document because of their size, by the item's place in `body`; only where any are. */
  readonly omitted?: ReadonlyMap<number, number>;
  readonly oversized: readonly OversizedRow[];
  readonly unreadable: readonly UnreadableRow[];
  /** Of a relation that is read as a whole, before its rows: ids that must not become documents, although rows follow. */
  readonly ambiguous?: readonly AmbiguousId[];
  /** Of a relation that is read as a whole: rows that can't be rendered. */
  readonly unrendered?: readonly UnrenderedRow[];
  /** A row failed: the rows of all pieces before this one come again, and are to be counted anew. */
  readonly restart?: boolean;
}
