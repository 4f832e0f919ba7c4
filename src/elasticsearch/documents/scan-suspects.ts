import type { Client, estypes } from '@elastic/elasticsearch';

import type { Suspects } from '../../sync/digests/id-suspects';
import { OWN_FIELDS } from '../../sync/own-fields';
import { scanPages } from './scan-pages';

/** Hashes, or ranges of them, that one query looks for. */
const HASHES_PER_QUERY = 10_000;
const RANGES_PER_QUERY = 500;
const BUCKETS_PER_QUERY = 1_024;

/** Documents to look for by what tells their ids' hashes. */
export interface SuspectScan extends Suspects {
  readonly index: string;
  /** Value of the documents' field `_relation`, see `relationField`. */
  readonly relationField: string;
  readonly signal?: AbortSignal;
}

/** A document whose id has one of the hashes. */
export interface SuspectDocument {
  readonly id: string;
  /** Its fields `_bucket` and `_id_hash`; NaN where it has none. */
  readonly bucket: number;
  readonly hash: number;
}

/** Finds a relation's documents by their fields `_id_hash`, in pages. Sees what was refreshed. */
export async function* scanSuspects(client: Client, scan: SuspectScan): AsyncGenerator<SuspectDocument[], void> {
  const { index, relationField, signal } = scan;
  const { idHash, bucket, relation } = OWN_FIELDS;
  const queries = [
    ...cut(scan.hashes, HASHES_PER_QUERY).map((hashes) => ({ terms: { [idHash]: hashes } })),
    ...cut(scan.ranges, RANGES_PER_QUERY).map(isIn),
    ...cut(scan.buckets, BUCKETS_PER_QUERY).map((buckets) => ({ terms: { [bucket]: buckets } })),
  ];
  for (const wanted of queries) {
    const query = { bool: { filter: [{ term: { [relation]: relationField } }, wanted] } };
    for await (const hits of scanPages(client, { index, query, signal }, [bucket, idHash])) {
      yield hits.map(({ _id: id, fields }) => ({
        id,
        bucket: numberOf(fields, bucket),
        hash: numberOf(fields, idHash),
      }));
    }
  }
}

function isIn(ranges: readonly (readonly [from: number, to: number])[]): estypes.QueryDslQueryContainer {
  return { bool: { should: ranges.map(([gte, lte]) => ({ range: { [OWN_FIELDS.idHash]: { gte, lte } } })) } };
}

function cut<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function numberOf(fields: Readonly<Record<string, unknown>> | undefined, name: string): number {
  const values = fields?.[name];
  const value: unknown = Array.isArray(values) ? values[0] : undefined;
  return typeof value === 'number' ? value : NaN;
}
