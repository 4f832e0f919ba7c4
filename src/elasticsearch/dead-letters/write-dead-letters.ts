import { createHash } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';

import { joinItems } from '../../sync/bulk-item';
import { SyncFailure } from '../../sync/failures';
import { formatErrorSummary } from '../answers/error-summary';
import { deliverBody } from '../bulk/deliver-body';
import { deliveryTo } from '../bulk/delivery';
import type { RejectedItem } from '../bulk/judge-items';
import type { DeadLetterSource } from './dead-letter-source';
import { ensureDeadLetterIndex } from './ensure-dead-letter-index';

/** A document that Elasticsearch refuses for good, or a row that PostgreSQL can't give. Holds no value of the row but its id. */
export interface DeadLetter {
  readonly connectorId: string;
  /** Relation's name. */
  readonly relation: string;
  /** `_id` of the document; absent where the row's key can't be read. */
  readonly documentId?: string;
  /** Tells dead letters without `documentId` apart: anything that stays the same when the sync is retried. */
  readonly position?: string;
  /** `document_parsing_exception`, or pgferry's own: `row_too_large`. */
  readonly errorType: string;
  readonly field?: string;
  /** One sentence without values. */
  readonly reason: string;
  /** External version of the write that was refused. */
  readonly version: number;
  readonly jobId: string;
}

/** The parts of a dead letter that make its id. */
type Subject = Pick<DeadLetter, 'connectorId' | 'relation' | 'documentId' | 'position'>;

/**
 * Writes dead letters and waits until they are safe. The same document has one, so a retry overwrites it. Makes the
 * index where it is missing.
 *
 * @param signal - ends the waiting.
 */
export async function writeDeadLetters(
  client: Client,
  index: string,
  letters: readonly DeadLetter[],
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (letters.length === 0) return;
  await ensureDeadLetterIndex(client, index);
  const endpoint = { client, target: index, requireAlias: false, signal };
  const delivery = deliveryTo(endpoint, { newestVersion: Number.MAX_SAFE_INTEGER });
  await deliverBody({ ...delivery, bury: (_, rejected) => refuseAll(index, rejected) }, joinItems(toItems(letters)));
}

/**
 * `_id` of a dead letter: the same document has the same one, however often it is refused. It is given as routing, too,
 * which changes no document's shard, and does where a template demands one.
 */
export function deadLetterId({ connectorId, relation, documentId, position }: Subject): string {
  const subject = documentId === undefined ? [connectorId, relation, position ?? ''] : [connectorId, documentId];
  return createHash('sha256').update(JSON.stringify(subject)).digest('base64url');
}

function refuseAll(index: string, [rejected]: readonly RejectedItem[]): Promise<void> {
  if (rejected === undefined) return Promise.resolve();
  const error = formatErrorSummary(rejected.error);
  return Promise.reject(new SyncFailure('MappingConflict', `The index ${index} can't take dead letters: ${error}.`));
}

/** Without a version: a later letter about the same document takes the place of an earlier one. */
function toItems(letters: readonly DeadLetter[]): string[] {
  const timestamp = new Date().toISOString();
  return letters.map((letter) => {
    const id = deadLetterId(letter);
    const action = { index: { _id: id, routing: id } };
    return `${JSON.stringify(action)}\n${JSON.stringify(toSource(letter, timestamp))}\n`;
  });
}

function toSource(letter: DeadLetter, timestamp: string): DeadLetterSource {
  return {
    '@timestamp': timestamp,
    connector_id: letter.connectorId,
    relation: letter.relation,
    document_id: letter.documentId,
    position: letter.position,
    error_type: letter.errorType,
    field: letter.field,
    reason: letter.reason,
    version: letter.version,
    job_id: letter.jobId,
  };
}
