import type { BulkBody } from '../../sync/bulk-body';
import { readAction } from '../../sync/bulk-item';
import { OWN_FIELDS } from '../../sync/own-fields';
import { describePipelines, type WorkingPipelines } from '../../sync/pipelines';
import { itemBytes } from '../bulk/bulk-slices';
import { type DeadLetter, DROPPED } from './dead-letter';
import type { RejectionContext } from './letters-of-rejected';

/** A dropped document's letter: always with its id. */
export type DroppedLetter = DeadLetter & { readonly documentId: string };

/**
 * The letters of documents that pipelines dropped.
 * @param positions - of the documents in the body
 */
export function lettersOfDropped(
  body: BulkBody,
  positions: readonly number[],
  context: RejectionContext & { readonly pipelines: WorkingPipelines },
): DroppedLetter[] {
  const { pipelines, ...common } = context;
  const { names, digest } = pipelines;
  const reason = `dropped by ${describePipelines(pipelines)}`;
  return positions.map((position) => {
    const bytes = itemBytes(body, position);
    const { id, version, end } = readAction(bytes);
    const fingerprint = readFingerprint(bytes, end);
    const dropped = { pipelines: names, digest, ...(fingerprint === undefined ? {} : { fingerprint }) };
    return { ...common, documentId: id, errorType: DROPPED, reason, version, dropped };
  });
}

function readFingerprint(bytes: Buffer, start: number): number | undefined {
  const document = JSON.parse(bytes.toString('utf8', start)) as Readonly<Record<string, unknown>>;
  const value = document[OWN_FIELDS.fingerprint];
  return typeof value === 'number' ? value : undefined;
}
