import type { StoredDeadLetter } from '../../elasticsearch/dead-letters/list-dead-letters';
import { dim, green, red } from './terminal';

/** A dead letter as `rejected list --json` prints it. */
export function rejectionDocument(letter: StoredDeadLetter) {
  const { relation, documentId, position, errorType, field, reason, timestamp, jobId } = letter;
  return {
    relation,
    ...(documentId === undefined ? {} : { id: documentId }),
    ...(position === undefined ? {} : { position }),
    error_type: errorType,
    ...(field === undefined ? {} : { field }),
    reason,
    timestamp,
    job_id: jobId,
  };
}

/** Dead letters for people. */
export function renderRejections(connectorId: string, letters: readonly StoredDeadLetter[]): string {
  if (letters.length === 0) return `${green('✓')} ${connectorId}: no rejected rows`;
  return [
    ...letters.flatMap(({ relation, documentId, position, reason, timestamp }) => [
      `  ${red('rejected')} ${documentId ?? position ?? ''} ${dim(`(${relation}, ${timestamp})`)}`,
      `      ${reason}`,
    ]),
    `${connectorId}: ${letters.length.toLocaleString('en-US')} rejected rows`,
    `  → Correct the rows or the mapping; the next sync tries them again, or: pgferry rejected retry ${connectorId}`,
  ].join('\n');
}
