import { bucketOfHash, hashOf, highBits } from '../../documents/ids/hashed-id';
import type { IdDigest } from '../../sync/digests/id-digest';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { readingTransaction } from '../rows/reading-transaction';
import { fromRowsWithIds } from '../rows/rows-sql';
import type { IdRequest } from './read-ids';

interface DigestRow {
  readonly place: number;
  readonly ids: string;
  readonly sum: string;
}

/** Ids to sum up. */
export interface DigestRequest extends IdRequest {
  /** Whether no two rows share an id; else each id counts once, which costs a sort. */
  readonly unique: boolean;
}

/** Sums up the ids of all rows by bucket, in one snapshot; no id leaves PostgreSQL. */
export function digestIds(source: Source, request: DigestRequest): Promise<IdDigest> {
  return digest(source, request, bucketOfHash('i."hash"'));
}

/**
 * The same by cells, which are finer: of each the highest bits of `_id_hash` are the same, and are its number.
 * @param shift - the lower bits, as `cellShift` gives them
 */
export function digestCells(source: Source, request: DigestRequest, shift: number): Promise<IdDigest> {
  return digest(source, request, `(${highBits('i."hash"')} >> ${shift})`);
}

async function digest(source: Source, request: DigestRequest, place: string): Promise<IdDigest> {
  const from = fromRowsWithIds(request.rows, request);
  // The hash is the costly part: it is computed once a row.
  const hashes = request.unique
    ? `select ${hashOf('k."id"')} as "hash" ${from} offset 0`
    : `select ${hashOf('d."id"')} as "hash" from (select distinct k."id" ${from} offset 0) as d offset 0`;
  const query = `
    select ${place}::integer as "place", count(*)::text as "ids", sum(${highBits('i."hash"')})::text as "sum"
    from (${hashes}) as i
    group by 1`;
  const read = (tx: Transaction) => tx.query<DigestRow>(query);
  const rows = await withTransaction(source, read, readingTransaction(request));
  return new Map(rows.map(({ place: number, ids, sum }) => [number, { ids: Number(ids), sum: Number(sum) }]));
}
