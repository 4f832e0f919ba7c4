import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import type { DeadLetter } from '../../elasticsearch/dead-letters/dead-letter';
import { writeDeadLetters } from '../../elasticsearch/dead-letters/write-dead-letters';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { type CopyPiece, formatPlace, type RefusedRow, type RowsPiece } from '../../postgres/rows/copy-piece';
import { addOutcomes, type BulkOutcome, NO_OUTCOME } from '../../sync/bulk-body';
import { deleteBody } from '../../sync/bulk-item';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';

/** Counts of rows that were read, and the fate of their documents. */
export interface WrittenRows extends BulkOutcome {
  /** Rows. */
  readonly read: number;
  /** Values that documents leave out because of their size. */
  readonly omitted: number;
}

/** Rows that were read, and taken over to be written. */
interface TakenRows {
  /** Rows. */
  readonly read: number;
  /** Resolves when Elasticsearch has them all, so that the next chunk is read meanwhile. */
  readonly acknowledged: Promise<WrittenRows>;
}

/** Writes what is read of a relation. Resolves as soon as every piece is taken over. */
export async function writePieces(pieces: AsyncIterable<CopyPiece>, target: PieceTarget): Promise<TakenRows> {
  const { meter } = target.connector;
  let outcomes: Promise<BulkOutcome>[] = [];
  let read = 0;
  let omitted = 0;
  for await (const piece of pieces) {
    switch (piece.kind) {
      case 'rows': {
        read += piece.body.offsets.length;
        for (const values of piece.omitted.values()) omitted += values;
        meter.rowsRead(piece.body.offsets.length);
        const { acknowledged } = await target.writer.accept(piece.body, target.relation);
        outcomes.push(giveBackAfter(acknowledged, piece));
        break;
      }
      case 'refused': {
        read += piece.rows.length;
        meter.rowsRead(piece.rows.length);
        meter.documents('rejected', piece.rows.length);
        await writeLetters(piece.rows, target);
        const deleted = deleteRefused(piece.rows, target);
        deleted.catch(() => undefined);
        outcomes.push(deleted);
        break;
      }
      case 'restart':
        // What is written already is written once more: it takes no harm, but counts once.
        [outcomes, read, omitted] = [[], 0, 0];
        break;
    }
  }
  const acknowledged = Promise.all(outcomes).then((all) => ({ ...all.reduce(addOutcomes, NO_OUTCOME), read, omitted }));
  acknowledged.catch(() => undefined);
  return { read, acknowledged };
}

/** Until Elasticsearch has acknowledged a body, it may have to be sent again. */
function giveBackAfter(acknowledged: Promise<BulkOutcome>, { giveBack }: RowsPiece): Promise<BulkOutcome> {
  const written = acknowledged.then((outcome) => {
    giveBack();
    return outcome;
  });
  // A failure is thrown by the next accept or by awaiting the whole; until then nobody may be listening.
  written.catch(() => undefined);
  return written;
}

async function writeLetters(
  rows: readonly RefusedRow[],
  { connector, job, relation, version }: PieceTarget,
): Promise<void> {
  const common = { connectorId: job.connectorId, relation, version, jobId: job.jobId };
  const letters = rows.map((row): DeadLetter => ({ ...common, ...subjectOf(row), ...describeFault(row) }));
  await writeDeadLetters(connector.elasticsearch, deadLetterIndexName(job), letters);
}

/** A row that became too large, or that can't be read any more: its document from before must not stay. */
async function deleteRefused(
  rows: readonly RefusedRow[],
  { writer, relation, version }: PieceTarget,
): Promise<BulkOutcome> {
  const ids = rows.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (ids.length > 0) await (await writer.accept(deleteBody(ids, version), relation)).acknowledged;
  return { ...NO_OUTCOME, rejected: rows.length };
}

/** Relation, connector and writer that pieces of rows are for. */
export interface PieceTarget {
  readonly connector: OpenConnector;
  readonly job: SyncJob;
  readonly writer: BulkWriter;
  readonly relation: string;
  /** External version of the writes. */
  readonly version: number;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

function subjectOf({ id, place }: RefusedRow): Pick<DeadLetter, 'documentId' | 'position'> {
  if (id !== undefined) return { documentId: id };
  return place === undefined ? {} : { position: formatPlace(place) };
}

function describeFault(row: RefusedRow): Pick<DeadLetter, 'errorType' | 'reason'> {
  if (row.fault === 'oversized') {
    if (row.list !== undefined)
      return { errorType: 'too_many_rows', reason: `its list ${row.list} has more rows than max_rows of that branch` };
    return { errorType: 'row_too_large', reason: `the row's values take ${row.bytes} bytes, more than max_row_bytes` };
  }
  const { place, sqlState } = row;
  const where = place === undefined ? '' : ` at ${place.leaf.schema}.${place.leaf.table} ${place.ctid}`;
  return { errorType: 'row_unreadable', reason: `PostgreSQL can't render the row${where}: SQLSTATE ${sqlState}` };
}
