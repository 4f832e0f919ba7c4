import { IdSet } from '../activities/id-sets/id-set';
import type { ProjectedRelation } from '../activities/plan/projected-relation';
import { copyBuckets } from '../postgres/rows/copy-buckets';
import type { CopyOptions } from '../postgres/rows/copy-options';
import { type AmbiguousPiece, type CopyPiece, formatPlace } from '../postgres/rows/copy-piece';
import { copyQuery } from '../postgres/rows/copy-query';
import { searchSharedIds } from '../postgres/rows/shared-keys';
import type { BucketRange } from '../sync/bucket-ranges';
import { copiedDocuments } from './copied-documents';
import { digestDocument } from './digest-document';
import type { RejectedRows } from './rejected-rows';
import type { VerifyContext } from './verify-context';

/** The rows of a part of a relation, as 32 bytes each. */
export interface RowDigests {
  /** Ids of the rows. */
  readonly ids: IdSet;
  /** Each row's id together with the digest of its document, see {@link contentKey}. */
  readonly contents: IdSet;
  /** Ids of rows that can't be one: that others share, whose key is not whole, too large, or not to be rendered. */
  readonly withoutDocument: ReadonlySet<string>;
  readonly rows: number;
  /** Bytes of all their documents. */
  readonly bytes: number;
}

/** Bytes of rows that are held at once. */
const PIECE_BYTES = 2 * 1_048_576;

/** Options to read rows that are compared, whatever is asked of them. */
export function copyOptions({ connector, signal }: VerifyContext, { projection }: ProjectedRelation): CopyOptions {
  return {
    projection,
    version: 0,
    maxRowBytes: connector.settings.limits.maxRowBytes,
    targetBytes: () => PIECE_BYTES,
    signal,
  };
}

/** Reads the rows of a part. Those that can't be read, or share an id, are expected among the rejected ones. */
export async function readRowDigests(
  context: VerifyContext,
  projected: ProjectedRelation,
  buckets: BucketRange,
  rejected: RejectedRows,
): Promise<RowDigests> {
  let [ids, contents] = [new IdSet(), new IdSet()];
  let [rows, bytes] = [0, 0];
  const withoutDocument = new Set(await readSharedIds(context, projected));
  for await (const piece of readPart(context, projected, buckets)) {
    switch (piece.kind) {
      case 'ambiguous':
        for (const { id } of piece.ids) withoutDocument.add(id);
        break;
      case 'rows':
        for (const { id, source } of copiedDocuments(piece)) {
          ids.add(id);
          if (context.comparesContent && !withoutDocument.has(id)) contents.add(contentKey(id, digestDocument(source)));
        }
        rows += piece.body.offsets.length;
        bytes += piece.body.bytes.length;
        break;
      case 'refused':
        for (const row of piece.rows) {
          if (row.id !== undefined) {
            ids.add(row.id);
            withoutDocument.add(row.id);
          } else if (row.place !== undefined) confirmPlace(context, projected, formatPlace(row.place), rejected);
        }
        rows += piece.rows.length;
        break;
      case 'restart':
        [ids, contents, rows, bytes] = [new IdSet(), new IdSet(), 0, 0];
        break;
    }
  }
  return { ids, contents, withoutDocument, rows, bytes };
}

/** Of a table that others inherit from; of relations that are read as a whole the reading itself tells. */
async function readSharedIds(context: VerifyContext, projected: ProjectedRelation): Promise<readonly string[]> {
  return projected.relation.keyIsPerLeaf === true ? findSharedIds(context, projected, 'all') : [];
}

/** Finds ids that must have no document, since several rows share them or their key is not whole. */
export async function findSharedIds(
  { connector: { source, settings }, signal }: VerifyContext,
  { relation, rows, projection }: ProjectedRelation,
  scope: 'all' | { readonly ids: readonly string[] },
): Promise<readonly string[]> {
  const limit = settings.limits.maxRejected + 1;
  const request = { rows, identity: projection, key: relation.key, limit, scope, signal };
  return (await searchSharedIds(source, request)).map(({ id }) => id);
}

function confirmPlace(
  { log }: VerifyContext,
  { name }: ProjectedRelation,
  place: string,
  rejected: RejectedRows,
): void {
  if (!rejected.confirm(place)) log.addUnreadable({ relation: name, id: place, kind: 'missing' });
}

function readPart(
  context: VerifyContext,
  projected: ProjectedRelation,
  buckets: BucketRange,
): AsyncIterable<AmbiguousPiece | CopyPiece> {
  const { source, settings } = context.connector;
  const options = copyOptions(context, projected);
  const { rows, relation } = projected;
  if ('leaves' in rows) return copyBuckets(source, { ...options, rows, buckets });
  return copyQuery(source, {
    ...options,
    rows,
    buckets,
    key: relation.key,
    maxAmbiguous: settings.limits.maxRejected + 1,
  });
}

/** A text that a row and its document share when they are in step. */
export function contentKey(id: string, digest: string): string {
  return `${digest}${id}`;
}
