import type { Client } from '@elastic/elasticsearch';

import { joinItems } from '../../sync/bulk-item';
import { SyncFailure } from '../../sync/failures';
import { formatErrorSummary } from '../answers/error-summary';
import { deliverBody } from '../bulk/deliver-body';
import { deliveryTo } from '../bulk/delivery';
import type { RejectedItem } from '../bulk/judge-items';
import { type DeadLetter, type DroppedBy, isDropped } from './dead-letter';
import { deadLetterId } from './dead-letter-id';
import type { DeadLetterSource } from './dead-letter-source';
import { ensureDeadLetterIndex, ensureDroppedFields } from './ensure-dead-letter-index';

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
  if (letters.some(isDropped)) await ensureDroppedFields(client, index);
  const endpoint = { client, target: index, requireAlias: false, signal };
  const delivery = deliveryTo(endpoint, { newestVersion: Number.MAX_SAFE_INTEGER });
  await deliverBody({ ...delivery, bury: (_, rejected) => refuseAll(index, rejected) }, joinItems(toItems(letters)));
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
    ...(letter.dropped === undefined ? {} : toDroppedSource(letter.dropped)),
  };
}

function toDroppedSource({ pipelines, digest, fingerprint }: DroppedBy): Partial<DeadLetterSource> {
  return { pipeline: pipelines, pipelines_digest: digest, fingerprint };
}
