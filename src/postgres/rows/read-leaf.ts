import { gatherPlaces } from '../../documents/gathered-branches';
import type { Leaf } from '../../sync/relation';
import { isRowError } from '../connection/is-row-error';
import type { Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
import { afterRow, atPlaces, leafCondition, leafSource } from './leaf-sql';
import { createPieceBuilder } from './piece-builder';
import { idJoin, itemExpression } from './row-projection';
import type { ExpectedRelation } from './row-source';
import { streamValues } from './stream-values';

/** Some rows of one leaf. */
export interface LeafPart {
  readonly relation: ExpectedRelation;
  readonly leaf: Leaf;
  /** Predicate over `t` and `k.id`. */
  readonly condition: string;
}

/**
 * Reads rows of one leaf in the order of the heap. A row that PostgreSQL fails on is reported, and reading goes on
 * behind it. The transaction must be repeatable read: counting the rows before the failed one finds it in the same
 * snapshot.
 */
export async function* readLeaf(
  tx: Transaction,
  part: LeafPart,
  options: CopyOptions,
): AsyncGenerator<CopyPiece, void> {
  let after: string | undefined;
  for (;;) {
    const from = fromClause(part, options, after);
    let rows = () => 0;
    await tx.query('savepoint pgferry_row');
    try {
      yield* streamValues<CopyPiece>(tx, itemsQuery(part, options, after), (onPiece) => {
        const builder = createPieceBuilder(options.targetBytes, onPiece);
        rows = builder.rows;
        return builder;
      });
      return;
    } catch (error) {
      if (!isRowError(error)) throw error;
      await tx.query('rollback to savepoint pgferry_row');
      const ctid = await findRow(tx, from, rows());
      if (ctid === undefined) throw error;
      after = ctid;
      const id = await readId(tx, part, options, ctid);
      const { schema, table } = part.leaf;
      const place = { leaf: { schema, table }, ctid };
      const row = {
        fault: 'unreadable',
        sqlState: error.code ?? '',
        place,
        ...(id === undefined ? {} : { id }),
      } as const;
      yield { kind: 'refused', rows: [row] };
    }
  }
}

function itemsQuery(part: LeafPart, options: CopyOptions, after?: string): string {
  const { projection } = options;
  const { gathered } = projection;
  if (gathered === undefined) return `select ${itemExpression(options)} ${fromClause(part, options, after)}`;
  const [source, condition] = fromParts(part, options, after);
  const { before, joins } = gatherPlaces(gathered.gatherings, source, condition);
  const item = itemExpression({ ...options, projection: { ...projection, ...gathered } });
  return `${before}select ${item} from ${source}${joins} where ${condition}`;
}

function fromClause(part: LeafPart, options: CopyOptions, after?: string): string {
  const [source, condition] = fromParts(part, options, after);
  return `from ${source} where ${condition}`;
}

function fromParts(
  { relation, leaf, condition }: LeafPart,
  { projection }: CopyOptions,
  after?: string,
): [source: string, condition: string] {
  const conditions = [leafCondition(leaf), condition, ...(after === undefined ? [] : [afterRow(after)])];
  return [`${leafSource(relation, leaf)} ${idJoin(projection.id)}`, conditions.join(' and ')];
}

/** The row after so many; selecting its place alone renders none of its values. */
async function findRow(tx: Transaction, from: string, rowsBefore: number): Promise<string | undefined> {
  const [row] = await tx.query<{ ctid: string }>(`select t.ctid::text as ctid ${from} offset ${rowsBefore} limit 1`);
  return row?.ctid;
}

/** The row's key may be what can't be read: then it has no id. */
async function readId(
  tx: Transaction,
  part: LeafPart,
  options: CopyOptions,
  ctid: string,
): Promise<string | undefined> {
  const from = fromClause({ ...part, condition: atPlaces([ctid]) }, options);
  await tx.query('savepoint pgferry_id');
  try {
    const [row] = await tx.query<{ id: string }>(`select k."id" ${from}`);
    return row?.id;
  } catch (error) {
    if (!isRowError(error)) throw error;
    await tx.query('rollback to savepoint pgferry_id');
    return undefined;
  }
}
