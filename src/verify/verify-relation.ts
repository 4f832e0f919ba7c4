import { identifyRows, type ProjectedRelation } from '../activities/plan/projected-relation';
import { requireAllRead } from '../activities/plan/require-all-read';
import { scanDocuments } from '../elasticsearch/documents/stored-documents';
import { countRows, readIds } from '../postgres/ids/read-ids';
import { type BucketRange, cutBuckets } from '../sync/bucket-ranges';
import { documentIdPrefix } from '../sync/document-owner';
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

/**
 * Compares every row of a relation with its document, in memory that does not grow with the relation.
 * @throws SyncFailure `SourceIncomplete` where reading the rows finds fewer of them than a plain `select` shows
 */
export async function verifyRelation(
  context: VerifyContext,
  projected: ProjectedRelation,
  rejected: RejectedRows,
): Promise<RelationVerification> {
  const { name } = projected;
  await requireAllRead(context.connector.source, projected, context.signal);
  const estimated = await countRows(context.connector.source, identifyRows(projected, context.signal));
  const documents = context.owners.documents.get(name) ?? 0;
  let rows = 0;
  const looks = createLooks(context, projected, rejected);
  const strays = new Set(context.owners.strays.get(name));
  for (const part of cutBuckets(Math.max(estimated, documents), ROWS_PER_PART)) {
    const digests = await readRowDigests(context, projected, part, rejected);
    await compareDocuments(context, projected, { part, digests, looks });
    await compareStrays(context, { digests, looks }, strays);
    for (const { documentId } of rejected.letters) {
      if (documentId !== undefined && digests.ids.isUnseen(documentId)) {
        rejected.confirm(documentId);
        digests.ids.see(documentId);
      }
    }
    if (digests.ids.unseen > 0) await findMissing(context, projected, { part, digests, looks });
    rows += digests.rows;
  }
  for (const id of strays) await looks.add('extra', id);
  context.log.count(name, 'changed', context.owners.uncounted.get(name) ?? 0);
  await looks.finish();
  return { relation: name, rows, documents, ...rejected.confirmed(), ...context.log.counts(name) };
}

interface PartComparison {
  readonly part: BucketRange;
  readonly digests: RowDigests;
  readonly looks: Looks;
}

async function compareDocuments(
  context: VerifyContext,
  { name }: ProjectedRelation,
  { part, digests, looks }: PartComparison,
): Promise<void> {
  const { connector, comparesContent, index, scheme, signal } = context;
  const averageBytes = digests.bytes / Math.max(1, digests.rows) + 1;
  const prefix = documentIdPrefix(scheme, name);
  const pages = scanDocuments(connector.elasticsearch, {
    index,
    signal,
    query: partQuery(relationField(connector.settings.id, name), part),
    pageSize: () => Math.max(1, Math.min(LARGEST_PAGE, Math.floor(PAGE_BYTES / averageBytes))),
  });
  for await (const page of pages) {
    for (const { id, source } of page) {
      // Its fields alone make it the relation's.
      if (!id.startsWith(prefix)) continue;
      if (!digests.ids.see(id)) await looks.add('extra', id);
      else if (digests.withoutDocument.has(id)) await looks.add('changed', id);
      else if (comparesContent && !digests.contents.see(contentKey(id, digestDocument(source)))) {
        await looks.add('changed', id);
      }
    }
  }
}

/** Documents that no part holds, for the fields that they lack: takes those out of `strays` whose row is in this part. */
async function compareStrays(
  { comparesContent }: VerifyContext,
  { digests, looks }: Omit<PartComparison, 'part'>,
  strays: Set<string>,
): Promise<void> {
  for (const id of strays) {
    if (!digests.ids.see(id)) continue;
    strays.delete(id);
    if (comparesContent || digests.withoutDocument.has(id)) await looks.add('changed', id);
  }
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

/** Documents without a valid `_bucket` are in no part. */
function partQuery(relation: string, { from, to }: BucketRange) {
  const ofRelation = { term: { [OWN_FIELDS.relation]: relation } };
  return { bool: { filter: [ofRelation, { range: { [OWN_FIELDS.bucket]: { gte: from, lt: to } } }] } };
}
