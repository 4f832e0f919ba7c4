import { identifyRows, type ProjectedRelation } from '../activities/plan/projected-relation';
import { scanDocuments } from '../elasticsearch/documents/stored-documents';
import { countRows, readIds } from '../postgres/ids/read-ids';
import { type BucketRange, BUCKETS, cutBuckets } from '../sync/bucket-ranges';
import { OWN_FIELDS } from '../sync/own-fields';
import { relationField } from '../sync/relation';
import { digestDocument } from './digest-document';
import { createLooks, type Looks } from './looks';
import { contentKey, readRowDigests, type RowDigests } from './read-row-digests';
import type { RejectedRows } from './rejected-rows';
import type { RelationVerification } from './verification';
import type { VerifyContext } from './verify-context';

/** Rows that are compared at once: their digests take some 40 MB. */
const ROWS_PER_PART = 500_000;
/** Bytes of documents that Elasticsearch is asked for at once, and how many at most. */
const PAGE_BYTES = 8 * 1_048_576;
const LARGEST_PAGE = 5_000;

/** Compares every row of a relation with its document, in memory that does not grow with the relation. */
export async function verifyRelation(
  context: VerifyContext,
  projected: ProjectedRelation,
  rejected: RejectedRows,
): Promise<RelationVerification> {
  const { name } = projected;
  const estimated = await countRows(context.connector.source, identifyRows(projected, context.signal));
  const documentsBefore = context.documents.get(name) ?? 0;
  let [rows, documents] = [0, 0];
  const looks = createLooks(context, projected, rejected);
  const parts = cutBuckets(Math.max(estimated, documentsBefore), ROWS_PER_PART);
  for (const part of parts) {
    const digests = await readRowDigests(context, projected, part, rejected);
    documents += await compareDocuments(context, projected, { part, digests, looks });
    for (const { documentId } of rejected.letters) {
      if (documentId !== undefined && digests.ids.isUnseen(documentId)) {
        rejected.confirm(documentId);
        digests.ids.see(documentId);
      }
    }
    if (digests.ids.unseen > 0) await findMissing(context, projected, { part, digests, looks });
    rows += digests.rows;
  }
  if (parts.length > 1) documents += await findUnplaced(context, projected, looks);
  await looks.finish();
  return { relation: name, rows, documents, rejected: rejected.confirmed(), ...context.log.counts(name) };
}

interface PartComparison {
  readonly part: BucketRange;
  readonly digests: RowDigests;
  readonly looks: Looks;
}

/** @returns how many documents the part holds */
async function compareDocuments(
  context: VerifyContext,
  { name }: ProjectedRelation,
  { part, digests, looks }: PartComparison,
): Promise<number> {
  const { connector, comparesContent, index, signal } = context;
  const averageBytes = digests.bytes / Math.max(1, digests.rows) + 1;
  let documents = 0;
  const pages = scanDocuments(connector.elasticsearch, {
    index,
    signal,
    query: partQuery(relationField(connector.settings.id, name), part),
    pageSize: () => Math.max(1, Math.min(LARGEST_PAGE, Math.floor(PAGE_BYTES / averageBytes))),
  });
  for await (const page of pages) {
    documents += page.length;
    for (const { id, source } of page) {
      if (!digests.ids.see(id)) await looks.add('extra', id);
      else if (comparesContent && !digests.contents.see(contentKey(id, digestDocument(source)))) {
        await looks.add('changed', id);
      }
    }
  }
  return documents;
}

/**
 * Documents without a valid `_bucket` are in no part; those that have a row were found missing there.
 * @returns how many there are
 */
async function findUnplaced(context: VerifyContext, { name }: ProjectedRelation, looks: Looks): Promise<number> {
  const { connector, index, signal } = context;
  const ofRelation = { term: { [OWN_FIELDS.relation]: relationField(connector.settings.id, name) } };
  const placed = { range: { [OWN_FIELDS.bucket]: { gte: 0, lt: BUCKETS } } };
  const query = { bool: { filter: [ofRelation], must_not: [placed] } };
  let documents = 0;
  for await (const page of scanDocuments(connector.elasticsearch, { index, signal, query, pageSize: () => 100 })) {
    documents += page.length;
    for (const { id } of page) await looks.add('extra', id);
  }
  return documents;
}

/** The set holds hashes: the ids themselves are read once more. */
async function findMissing(
  context: VerifyContext,
  projected: ProjectedRelation,
  { part, digests, looks }: PartComparison,
): Promise<void> {
  const request = { ...identifyRows(projected, context.signal), buckets: [part] };
  for await (const ids of readIds(context.connector.source, request)) {
    for (const id of ids) if (digests.ids.isUnseen(id)) await looks.add('missing', id);
  }
}

function partQuery(relation: string, { from, to }: BucketRange) {
  const ofRelation = { term: { [OWN_FIELDS.relation]: relation } };
  if (from === 0 && to === BUCKETS) return { bool: { filter: [ofRelation] } };
  return { bool: { filter: [ofRelation, { range: { [OWN_FIELDS.bucket]: { gte: from, lt: to } } }] } };
}
