import type { BulkBody } from '../../sync/bulk-body';
import type { QualifiedName } from '../../sync/relation';

/** A part of what was read. Every row of a reading is in exactly one piece, but for those before a restart. */
export type CopyPiece = RowsPiece | RefusedPiece | RestartPiece;

/** Rows as they go to the index. */
export interface RowsPiece {
  readonly kind: 'rows';
  /** Index actions, one a row; at least one. */
  readonly body: BulkBody;
  /** Gives the memory of `body` to pieces that are yet to be read. Once, and only when nobody reads the body any more. */
  readonly giveBack: () => void;
  /** Number of values left out of an item's document because of their size, by the item's place in `body`. */
  readonly omitted: ReadonlyMap<number, number>;
}

/** Rows that become no document. */
export interface RefusedPiece {
  readonly kind: 'refused';
  readonly rows: readonly RefusedRow[];
}

/** A row that is too large to be read, or that PostgreSQL fails to render, such as one with bytes that no text can hold. */
export type RefusedRow = OversizedRow | UnreadableRow;

/** A row that is too large to be read. */
export interface OversizedRow {
  readonly fault: 'oversized';
  readonly id: string;
  readonly bytes: number;
  /** The list of its document that has too many rows, where that is what is too large. */
  readonly list?: string;
  readonly place?: never;
}

/** A row that PostgreSQL fails to render: of a leaf, with its place there; of a relation read as a whole, with its id. */
export type UnreadableRow = { readonly fault: 'unreadable'; readonly sqlState: string } & (
  | { readonly place: RowPlace; /** Absent where even that can't be read. */ readonly id?: string }
  | { readonly place?: never; readonly id: string }
);

/** Place of a row in its table. */
export interface RowPlace {
  readonly leaf: QualifiedName;
  /** `(block,item)` */
  readonly ctid: string;
}

/** Before all rows of a view, a foreign table or a rule: ids that must not become documents, although their rows follow. */
export interface AmbiguousPiece {
  readonly kind: 'ambiguous';
  readonly ids: readonly AmbiguousId[];
}

/** An id that doesn't tell rows apart: several share it, or a column of their key is null. */
export interface AmbiguousId {
  readonly id: string;
  readonly rows: number;
  readonly isNull: boolean;
}

/** Before all rows of a reading that may meet tables which inherit: ids that several rows share. Their rows don't follow. */
export interface SharedPiece {
  readonly kind: 'shared';
  readonly ids: readonly SharedId[];
}

/** An ambiguous id, some of whose rows may have been read before it was known to be one. */
export interface SharedId extends AmbiguousId {
  /** How many of the rows were read, and counted. */
  readonly counted: number;
  /** How many were there when the sync began. */
  readonly old: number;
}

/** A row failed: the rows of all pieces before this one come again, and are to be counted anew. */
export interface RestartPiece {
  readonly kind: 'restart';
}

/** The place as text: `public.orders(0,7)`, as dead letters keep it. */
export function formatPlace({ leaf, ctid }: RowPlace): string {
  return `${leaf.schema}.${leaf.table}${ctid}`;
}
