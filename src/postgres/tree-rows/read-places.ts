import type { CopyOptions } from '../rows/copy-options';
import type { CopyPiece } from '../rows/copy-piece';
import { atPlaces } from '../rows/leaf-sql';
import { readLeaf } from '../rows/read-leaf';
import type { LeafRows } from '../rows/row-source';
import type { Transaction } from '../connection/transaction';

/** Rows that one statement looks up: its text stays below 200 kB. */
const ROWS_PER_STATEMENT = 5_000;

/** A row's leaf, by its oid, and its place there, as a query tells it. */
export interface FoundPlace {
  readonly leaf: string;
  readonly place: string;
}

/**
 * Reads the rows at the places that a query finds, in the order in which it finds them.
 * @param query - for the columns `leaf` and `place`
 * @param isWanted - which of the places count
 */
export async function* readPlaces<Row extends FoundPlace>(
  tx: Transaction,
  query: string,
  rows: LeafRows,
  options: CopyOptions,
  isWanted: (row: Row) => boolean = () => true,
): AsyncGenerator<CopyPiece, void> {
  await tx.query(`declare pgferry_places no scroll cursor for ${query}`);
  for (;;) {
    const found = await tx.query<Row & Record<string, unknown>>(`fetch ${ROWS_PER_STATEMENT} from pgferry_places`);
    const wanted = found.filter(isWanted);
    for (const leaf of rows.leaves) {
      const places = wanted.filter((row) => row.leaf === String(leaf.oid)).map(({ place }) => place);
      if (places.length === 0) continue;
      yield* readLeaf(tx, { relation: rows.relation, leaf, condition: atPlaces(places) }, options);
    }
    if (found.length < ROWS_PER_STATEMENT) break;
  }
  await tx.query('close pgferry_places');
}
