import type { Transaction } from '../connection/transaction';
import type { CopyOptions } from '../rows/copy-options';
import type { CopyPiece } from '../rows/copy-piece';
import { atPlaces } from '../rows/leaf-sql';
import { readLeaf } from '../rows/read-leaf';
import type { LeafRows } from '../rows/row-source';

/** Rows that one statement looks up: its text stays below 200 kB. */
const ROWS_PER_STATEMENT = 5_000;

/** A row's leaf, by its oid, and its place there, as a query tells it. */
export interface FoundPlace {
  readonly leaf: string;
  readonly place: string;
}

/** Runs a query for places, and gives what it finds some thousands at a time, to be read in the same transaction. */
export async function* findPlaces<Place extends FoundPlace>(tx: Transaction, query: string): AsyncGenerator<Place[]> {
  await tx.query(`declare pgferry_places no scroll cursor for ${query}`);
  for (;;) {
    const found = await tx.query<Place & Record<string, unknown>>(`fetch ${ROWS_PER_STATEMENT} from pgferry_places`);
    if (found.length > 0) yield found;
    if (found.length < ROWS_PER_STATEMENT) break;
  }
  await tx.query('close pgferry_places');
}

/** Reads the rows at some places, leaf by leaf in the order of the heap. */
export async function* readAtPlaces(
  tx: Transaction,
  places: readonly FoundPlace[],
  { relation, leaves }: LeafRows,
  options: CopyOptions,
): AsyncGenerator<CopyPiece, void> {
  for (const leaf of leaves) {
    const inLeaf = places.filter((found) => found.leaf === String(leaf.oid)).map(({ place }) => place);
    if (inLeaf.length > 0) yield* readLeaf(tx, { relation, leaf, condition: atPlaces(inLeaf) }, options);
  }
}
