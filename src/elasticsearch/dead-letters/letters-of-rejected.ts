import type { BulkBody } from '../../sync/bulk-body';
import { readAction } from '../../sync/bulk-item';
import { type ErrorSummary, formatErrorSummary } from '../answers/error-summary';
import { itemBytes } from '../bulk/bulk-slices';
import type { RejectedItem } from '../bulk/judge-items';
import type { DeadLetter } from './dead-letter';

/** Elasticsearch's limit for an `_id`, in bytes: a longer one makes it refuse the whole request. */
const LONGEST_ID = 512;

/** Connector, relation and job whose items were rejected. */
export interface RejectionContext {
  readonly connectorId: string;
  readonly relation: string;
  readonly jobId: string;
}

/** The dead letters of rejected items. */
export function lettersOfRejected(
  body: BulkBody,
  rejected: readonly RejectedItem[],
  context: RejectionContext,
): DeadLetter[] {
  return rejected.map(({ item, error }) => {
    const bytes = itemBytes(body, item);
    const { id, version } = readAction(bytes);
    return {
      ...context,
      documentId: id,
      errorType: error.type,
      ...(error.field === undefined ? {} : { field: error.field }),
      reason: describeReason(error, bytes.length),
      version,
    };
  });
}

/** The documents whose older version must leave the index, by the version of the write that was rejected. */
export function groupByVersion(letters: readonly DeadLetter[]): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const { documentId, version } of letters) {
    if (documentId === undefined || Buffer.byteLength(documentId) > LONGEST_ID) continue;
    const ids = groups.get(version);
    if (ids === undefined) groups.set(version, [documentId]);
    else ids.push(documentId);
  }
  return groups;
}

function describeReason(error: ErrorSummary, bytes: number): string {
  const advice = error.advice === undefined ? '' : `; ${error.advice}`;
  return `Elasticsearch refused the document of ${bytes} bytes: ${formatErrorSummary(error)}${advice}.`;
}
