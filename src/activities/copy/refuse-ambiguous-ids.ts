import { writeDeadLetters } from '../../elasticsearch/dead-letters/write-dead-letters';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { AmbiguousId } from '../../postgres/rows/copy-piece';
import { deleteBody } from '../../sync/bulk-item';
import { SyncFailure } from '../../sync/failures';
import type { PieceTarget } from './write-pieces';

/** `errorType` of rows that their key doesn't tell apart. */
export const KEY_NOT_UNIQUE = 'key_not_unique';
/** `errorType` of rows without a whole key. */
export const KEY_IS_NULL = 'key_is_null';

/** A target of pieces, with the key that the ids are made of and those of them that have a document. */
export interface AmbiguousTarget extends PieceTarget {
  readonly key: readonly string[];
  readonly isIndexed: (id: string) => boolean;
}

/**
 * Rows that share an id become no document, since one would overwrite the other in silence, but one dead letter that
 * names the key. A document that is there from before goes.
 * @throws SyncFailure `TooManyRejections` when the key is none at all
 */
export async function refuseAmbiguousIds(ambiguous: readonly AmbiguousId[], target: AmbiguousTarget): Promise<void> {
  if (ambiguous.length === 0) return;
  const { connector, job, relation, version, writer, key, isIndexed } = target;
  const columns = key.map((column) => `"${column}"`).join(', ');
  if (ambiguous.length > connector.settings.limits.maxRejected) {
    throw new SyncFailure(
      'TooManyRejections',
      `Connector ${job.connectorId}: the key (${columns}) of ${relation} does not identify its rows: more ` +
        `than ${connector.settings.limits.maxRejected} of its values are null or shared by several rows.`,
      'Name columns that are unique and never null in id_columns.',
    );
  }
  const letters = ambiguous.map(({ id, rows, isNull }) => ({
    connectorId: job.connectorId,
    relation,
    version,
    jobId: job.jobId,
    documentId: id,
    errorType: isNull ? KEY_IS_NULL : KEY_NOT_UNIQUE,
    reason: isNull
      ? `a column of the key (${columns}) is null in ${rows} rows`
      : `${rows} rows have the same key (${columns})`,
  }));
  await writeDeadLetters(connector.elasticsearch, deadLetterIndexName(job), letters);
  const indexed = ambiguous.map(({ id }) => id).filter(isIndexed);
  if (indexed.length > 0) await writer.accept(deleteBody(indexed, version), relation);
}
