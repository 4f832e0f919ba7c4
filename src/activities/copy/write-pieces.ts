import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { type DeadLetter, writeDeadLetters } from '../../elasticsearch/dead-letters/write-dead-letters';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { CopyPiece } from '../../postgres/rows/copy-request';
import { addOutcomes, type BulkOutcome, NO_OUTCOME } from '../../sync/bulk-body';
import { deleteBody } from '../../sync/bulk-item';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';

/** What was read and what became of it. */
export interface WrittenRows extends BulkOutcome {
  readonly read: number;
  /** Values that documents leave out because of their size. */
  readonly omitted: number;
}

/**
 * Writes what is read of a relation. Resolves as soon as every piece is taken over; `acknowledged` when Elasticsearch
 * has them all, so that the next chunk is read meanwhile.
 */
export async function writePieces(
  pieces: AsyncIterable<CopyPiece>,
  { connector, job, writer, relation, version }: PieceTarget,
): Promise<{ readonly acknowledged: Promise<WrittenRows> }> {
  let outcomes: Promise<BulkOutcome>[] = [];
  let read = 0;
  let omitted = 0;
  for await (const piece of pieces) {
    // What is written already is written once more: it takes no harm, but counts once.
    if (piece.restart === true) [outcomes, read, omitted] = [[], 0, 0];
    const letters = describeUnwritable(piece, { job, relation, version });
    const rows = piece.body.offsets.length + letters.length;
    read += rows;
    for (const values of piece.omitted?.values() ?? []) omitted += values;
    connector.meter.rowsRead(rows);
    connector.meter.documents('rejected', letters.length);
    if (letters.length > 0) {
      await writeDeadLetters(connector.elasticsearch, deadLetterIndexName(job.index), letters);
      const deleted = deleteRejected(letters, { writer, relation, version });
      deleted.catch(() => undefined);
      outcomes.push(deleted);
    }
    if (piece.body.offsets.length === 0) continue;
    const { acknowledged } = await writer.accept(piece.body, relation);
    outcomes.push(giveBackAfter(acknowledged, piece));
  }
  const acknowledged = Promise.all(outcomes).then((all) => ({ ...all.reduce(addOutcomes, NO_OUTCOME), read, omitted }));
  acknowledged.catch(() => undefined);
  return { acknowledged };
}

/** Until Elasticsearch has acknowledged a body, it may have to be sent again. */
function giveBackAfter(acknowledged: Promise<BulkOutcome>, { giveBack }: CopyPiece): Promise<BulkOutcome> {
  const written = acknowledged.then((outcome) => {
    giveBack?.();
    return outcome;
  });
  // A failure is thrown by the next accept or by awaiting the whole; until then nobody may be listening.
  written.catch(() => undefined);
  return written;
}

/** A row that became too large, or that can't be read any more: its document from before must not stay. */
async function deleteRejected(
  letters: readonly DeadLetter[],
  { writer, relation, version }: Pick<PieceTarget, 'writer' | 'relation' | 'version'>,
): Promise<BulkOutcome> {
  const ids = letters.flatMap(({ documentId }) => (documentId === undefined ? [] : [documentId]));
  if (ids.length > 0) await (await writer.accept(deleteBody(ids, version), relation)).acknowledged;
  return { ...NO_OUTCOME, rejected: letters.length };
}

/** Where the pieces go. */
export interface PieceTarget {
  readonly connector: OpenConnector;
  readonly job: SyncJob;
  readonly writer: BulkWriter;
  readonly relation: string;
  /** External version of the writes. */
  readonly version: number;
}

function describeUnwritable(
  { oversized, unreadable, unrendered = [] }: CopyPiece,
  { job, relation, version }: Pick<PieceTarget, 'job' | 'relation' | 'version'>,
): DeadLetter[] {
  const common = { connectorId: job.connectorId, relation, version, jobId: job.jobId };
  return [
    ...oversized.map(({ id, bytes }) => ({
      ...common,
      documentId: id,
      errorType: 'row_too_large',
      reason: `the row's values take ${bytes} bytes, more than max_row_bytes`,
    })),
    ...unreadable.map(({ id, leaf, ctid, sqlState }) => ({
      ...common,
      ...(id === undefined ? { position: `${leaf.schema}.${leaf.table}${ctid}` } : { documentId: id }),
      errorType: 'row_unreadable',
      reason: `PostgreSQL can't render the row at ${leaf.schema}.${leaf.table} ${ctid}: SQLSTATE ${sqlState}`,
    })),
    ...unrendered.map(({ id, sqlState }) => ({
      ...common,
      documentId: id,
      errorType: 'row_unreadable',
      reason: `PostgreSQL can't render the row: SQLSTATE ${sqlState}`,
    })),
  ];
}
