import type { StoredDeadLetter } from '../../elasticsearch/dead-letters/list-dead-letters';
import { groupDigits } from '../../sync/progress';
import { dim, green, red, yellow } from './terminal';

/** A dead letter as `rejected list --json` prints it. */
export function rejectionDocument(letter: StoredDeadLetter) {
  const { relation, documentId, position, errorType, field, reason, timestamp, jobId, dropped } = letter;
  return {
    relation,
    ...(documentId === undefined ? {} : { id: documentId }),
    ...(position === undefined ? {} : { position }),
    error_type: errorType,
    ...(field === undefined ? {} : { field }),
    ...(dropped === undefined ? {} : { pipelines: dropped.pipelines }),
    reason,
    timestamp,
    job_id: jobId,
  };
}

/** The rows of a connector that have no document, and their letters. */
export interface UnindexedRows {
  readonly rejected: readonly StoredDeadLetter[];
  /** The first ones: a pipeline may drop millions. */
  readonly dropped: readonly StoredDeadLetter[];
  readonly droppedCount: number;
}

/** Dead letters for people: those of rows that ingest pipelines drop apart, since nothing is wrong with them. */
export function renderRejections(connectorId: string, { rejected, dropped, droppedCount }: UnindexedRows): string {
  const again = `pgferry rejected retry ${connectorId}`;
  const more = droppedCount - dropped.length;
  const ofDropped = [
    ...dropped.flatMap((letter) => renderLetter(yellow('dropped'), letter)),
    ...(more > 0 ? [dim(`… and ${groupDigits(more)} more`)] : []),
    `${connectorId}: ${groupDigits(droppedCount)} rows dropped by an ingest pipeline`,
    `  → They are tried again when they or the pipeline change, or by: ${again}`,
  ];
  const ofRejected = [
    ...rejected.flatMap((letter) => renderLetter(red('rejected'), letter)),
    `${connectorId}: ${groupDigits(rejected.length)} rejected rows`,
    `  → Correct the rows or the mapping; the next sync tries them again, or: ${again}`,
  ];
  return [
    ...(droppedCount === 0 ? [] : ofDropped),
    ...(rejected.length === 0 ? [`${green('✓')} ${connectorId}: no rejected rows`] : ofRejected),
  ].join('\n');
}

function renderLetter(kind: string, letter: StoredDeadLetter): string[] {
  const { relation, documentId, position, reason, timestamp } = letter;
  return [`  ${kind} ${documentId ?? position ?? ''} ${dim(`(${relation}, ${timestamp})`)}`, `      ${reason}`];
}
