import { digestCells as digestDocumentCells } from '../../elasticsearch/documents/digest-cells';
import { scanSuspects, type SuspectDocument } from '../../elasticsearch/documents/scan-suspects';
import { hasSearchableHashes } from '../../elasticsearch/index/has-searchable-hashes';
import { digestCells, type DigestRequest } from '../../postgres/ids/digest-ids';
import { findExisting } from '../../postgres/ids/read-ids';
import { coverBuckets } from '../../sync/bucket-ranges';
import type { IdDigest } from '../../sync/digests/id-digest';
import {
  cellShift,
  countSurplus,
  findExplained,
  findInBuckets,
  findInCells,
  type Suspects,
} from '../../sync/digests/id-suspects';
import { documentIdPrefix } from '../../sync/document-owner';
import { relationField } from '../../sync/relation';
import type { OpenConnector } from '../connector/connector-registry';
import type { CompareInput } from '../contract/activity-inputs';
import type { RelationSurvey } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { collectStale } from './stale-ids-in-memory';

/** Surplus documents up to which most are alone in their bucket. */
const FEW = 32;
/** Surplus documents above which a comparison of all ids costs as little. */
const MOST = 16_000;
/** Documents that are looked at in vain above which sums don't help. */
const MOST_SUSPECTS = 100_000;
/** Ranges of hashes that are looked for by reading all hashes. */
const MOST_RANGES_UNINDEXED = 8;

/** Ids of a relation's rows and documents, summed up by bucket, and the buckets that differ. */
export interface DigestedRelation {
  readonly rows: IdDigest;
  readonly documents: IdDigest;
  readonly differing: readonly number[];
  readonly request: DigestRequest;
}

/** What sums told. */
interface FoundStale extends Pick<RelationSurvey, 'stale'> {
  /** Buckets that still have to be compared. */
  readonly differing: readonly number[];
}

/**
 * Finds the documents of rows that went by the sums of their ids' hashes: where documents are one more than rows, the
 * difference of the sums is the hash of its id. Each is looked up, and so is its row; a bucket counts as explained only
 * where nothing else is left of its difference.
 * @param input - the job and round, for the deletion that follows: it finds the ids in memory
 */
export async function findStaleBySums(
  connector: OpenConnector,
  { job, round, relation, oid }: Omit<CompareInput, 'part'> & { readonly relation: string; readonly oid: number },
  digested: DigestedRelation,
  scope: ActivityScope,
): Promise<FoundStale> {
  const { rows, documents, differing, request } = digested;
  const target = {
    index: job.concreteIndex,
    relationField: relationField(job.connectorId, relation),
    signal: scope.signal,
  };
  const surplus = countSurplus(rows, documents);
  if (surplus === 0 || surplus > MOST) return { differing };
  const suspects = await chooseSuspects(connector, digested, surplus, target);
  if (suspects === undefined) return { differing };
  const prefix = documentIdPrefix(job.connectorId, relation);
  const stale = new Map<string, SuspectDocument>();
  let looked = 0;
  for await (const page of scanSuspects(connector.elasticsearch, { ...target, ...suspects })) {
    looked += page.length;
    if (looked > MOST_SUSPECTS) return { differing };
    // Others may have written documents whose fields claim what their ids don't.
    const own = page.filter(({ id }) => id.startsWith(prefix));
    const existing = await findExisting(connector.source, { ...request, ids: own.map(({ id }) => id) });
    for (const document of own) if (!existing.has(document.id)) stale.set(document.id, document);
    scope.heartbeat();
  }
  const explained = findExplained(differing, rows, documents, [...stale.values()]);
  const found = [...stale.values()].filter(({ bucket }) => explained.has(bucket));
  if (found.length === 0) return { differing };
  const buckets = coverBuckets([...explained], explained.size);
  const kept = collectStale(connector.memory, { job, round, part: { relation, oid, buckets } });
  for (const { id } of found) kept.add(id);
  kept.keep();
  return {
    stale: { documents: found.length, buckets },
    differing: differing.filter((bucket) => !explained.has(bucket)),
  };
}

/** @returns undefined where sums can't tell enough */
async function chooseSuspects(
  { source, elasticsearch }: OpenConnector,
  { rows, documents, request }: DigestedRelation,
  surplus: number,
  target: { readonly index: string; readonly relationField: string; readonly signal: AbortSignal },
): Promise<Suspects | undefined> {
  if (surplus <= FEW) return findInBuckets(rows, documents);
  const shift = cellShift(surplus);
  const [ofRows, ofDocuments] = await Promise.all([
    digestCells(source, request, shift),
    digestDocumentCells(elasticsearch, { ...target, shift }),
  ]);
  if (ofDocuments === undefined) return undefined;
  const suspects = findInCells(ofRows, ofDocuments, shift);
  const isFast =
    suspects.ranges.length <= MOST_RANGES_UNINDEXED || (await hasSearchableHashes(elasticsearch, target.index));
  return isFast ? suspects : { ...suspects, ranges: [] };
}
