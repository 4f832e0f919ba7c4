import type { Client } from '@elastic/elasticsearch';

import type { BucketDigest, IdDigest } from '../../sync/digests/id-digest';
import { OWN_FIELDS } from '../../sync/own-fields';
import { asCount, asList, asObject, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { findSmallerSize } from './page-buckets';

/** Documents to sum up by cells. */
export interface CellRequest {
  readonly index: string;
  /** Value of the documents' field `_relation`, see `relationField`. */
  readonly relationField: string;
  /** Lower bits of `_id_hash` that don't tell the cell. */
  readonly shift: number;
  readonly signal?: AbortSignal;
}

/**
 * Sums up the ids of a relation's documents by cells, in one request. Documents without the field are in none.
 * @returns undefined where the cluster answers with fewer cells only
 */
export async function digestCells(client: Client, request: CellRequest): Promise<IdDigest | undefined> {
  const { index, relationField, shift, signal } = request;
  const doing = `summing up the ids of index ${index}`;
  const width = 2 ** shift;
  const field = OWN_FIELDS.idHash;
  return translateFailures(doing, async () => {
    try {
      const answer: unknown = await client.search(
        {
          index,
          size: 0,
          track_total_hits: false,
          allow_partial_search_results: false,
          query: { term: { [OWN_FIELDS.relation]: relationField } },
          aggs: {
            cells: {
              histogram: { field, interval: width, min_doc_count: 1 },
              aggs: { sum: { sum: { field } } },
            },
          },
          filter_path: ['aggregations'],
        },
        signal === undefined ? {} : { signal },
      );
      return readAnswer(doing, () => readCells(answer, width));
    } catch (error) {
      if (findSmallerSize(error, Infinity) > 0) return undefined;
      throw error;
    }
  });
}

/** As `filter_path` leaves it, an index without such documents answers with nothing. */
function readCells(answer: unknown, width: number): IdDigest {
  const { aggregations } = asObject(answer);
  if (aggregations === undefined) return new Map();
  const { buckets } = asObject(asObject(aggregations)['cells']);
  const cells = new Map<number, BucketDigest>();
  for (const bucket of asList(buckets ?? [])) {
    const { key, doc_count: documents, sum } = asObject(bucket);
    const { value } = asObject(sum);
    if (typeof key !== 'number' || typeof value !== 'number') throw new TypeError('not a digest');
    cells.set(key / width, { ids: asCount(documents), sum: value });
  }
  return cells;
}
