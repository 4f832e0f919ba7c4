import { digestCells as digestDocumentCells } from '../../elasticsearch/documents/digest-cells';
import { scanSuspects, type SuspectDocument } from '../../elasticsearch/documents/scan-suspects';
import { hasSearchableHashes } from '../../elasticsearch/index/has-searchable-hashes';
import { digestCells, type DigestRequest } from '../../postgres/ids/digest-ids';
import { findExisting } from '../../postgres/ids/read-ids';
import { untilInStep } from '../../postgres/server/until-in-step';
import { type BucketRange, coverBuckets } from '../../sync/bucket-ranges';
import type { IdDigest } from '../../sync/digests/id-digest';
import {
  CELL_SHIFT,
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
/** Documents that are looked at in vain above which sums don't help; fewer where all ids are computed to find some. */
const MOST_SUSPECTS = { byKey: 100_000, byId: 10_000 } as const;
/** Ranges of buckets that are compared, or deleted from, for one relation. */
const MAX_RANGES = 64;

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
  readonly differing: readonly BucketRange[];
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
  const all = { differing: coverBuckets(differing, MAX_RANGES) };
  const suspects = await chooseSuspects(connector, digested, target);
  if (suspects === undefined) return all;
  const prefix = documentIdPrefix(job, relation);
  const found = new Map<string, SuspectDocument>();
  for await (const page of scanSuspects(connector.elasticsearch, { ...target, ...suspects })) {
    // Others may have written documents whose fields claim what their ids don't.
    for (const document of page) if (document.id.startsWith(prefix)) found.set(document.id, document);
    scope.heartbeat();
  }
  await untilInStep(connector, scope.signal);
  const existing = await findExisting(connector.source, { ...request, ids: [...found.keys()] });
  const stale = [...found.values()].filter(({ id }) => !existing.has(id));
  const explained = findExplained(differing, rows, documents, stale);
  const left = coverBuckets(
    differing.filter((bucket) => !explained.has(bucket)),
    MAX_RANGES,
  );
  // What is compared anyway counts there.
  const isLeft = (bucket: number) => left.some(({ from, to }) => from <= bucket && bucket < to);
  const settled = stale.filter(({ bucket }) => explained.has(bucket) && !isLeft(bucket));
  if (settled.length === 0) return all;
  const buckets = coverBuckets([...new Set(settled.map(({ bucket }) => bucket))].sort(ascending), MAX_RANGES);
  const kept = collectStale(connector.memory, { job, round, part: { relation, oid, buckets } });
  for (const { id } of settled) kept.add(id);
  kept.keep();
  return { stale: { documents: settled.length, buckets }, differing: left };
}

function ascending(one: number, other: number): number {
  return one - other;
}

/** @returns undefined where sums can't tell enough, or to look for what they tell would cost more than to compare ids */
async function chooseSuspects(
  { source, elasticsearch }: OpenConnector,
  { rows, documents, request }: DigestedRelation,
  target: { readonly index: string; readonly relationField: string; readonly signal: AbortSignal },
): Promise<Suspects | undefined> {
  const surplus = countSurplus(rows, documents);
  if (surplus === 0 || surplus > MOST || !(await hasSearchableHashes(elasticsearch, target.index))) return undefined;
  const most = request.idKey === undefined ? MOST_SUSPECTS.byId : MOST_SUSPECTS.byKey;
  const inBuckets = findInBuckets(rows, documents);
  if (surplus <= FEW && inBuckets.documents <= most) return inBuckets;
  const [ofRows, ofDocuments] = await Promise.all([
    digestCells(source, request, CELL_SHIFT),
    digestDocumentCells(elasticsearch, { ...target, shift: CELL_SHIFT }),
  ]);
  if (ofDocuments === undefined) return undefined;
  const inCells = findInCells(ofRows, ofDocuments, CELL_SHIFT);
  return inCells.documents <= most ? inCells : undefined;
}
