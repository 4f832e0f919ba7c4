import { createHash } from 'node:crypto';

import type { BulkBody } from '../../sync/bulk-body';
import { type ErrorSummary, formatErrorSummary } from '../answers/error-summary';
import { itemBytes } from '../bulk/bulk-slices';
import type { RejectedItem } from '../bulk/judge-items';
import type { DeadLetter } from './write-dead-letters';

/** Elasticsearch's limit for an `_id`, in bytes: a longer one makes it refuse the whole request. */
const LONGEST_ID = 512;
const NEWLINE = 0x0a;

/** Whose items were rejected. */
export interface RejectionContext {
  readonly connectorId: string;
  readonly relation: string;
  readonly jobId: string;
}

/** What the action line of an item says. */
interface ItemAction {
  readonly id?: string;
  readonly version: number;
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
      ...(id === undefined ? { position: hash(bytes) } : { documentId: id }),
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

function readAction(item: Buffer): ItemAction {
  const end = item.indexOf(NEWLINE);
  try {
    const action = JSON.parse(item.subarray(0, end === -1 ? item.length : end).toString()) as Record<
      string,
      { _id?: string; version?: number } | undefined
    >;
    const { _id: id, version = 0 } = Object.values(action)[0] ?? {};
    return { version, ...(id === undefined ? {} : { id }) };
  } catch {
    return { version: 0 };
  }
}

function describeReason(error: ErrorSummary, bytes: number): string {
  return `Elasticsearch refused the document of ${bytes} bytes: ${formatErrorSummary(error)}.`;
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
