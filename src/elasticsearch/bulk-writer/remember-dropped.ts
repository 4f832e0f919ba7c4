import type { BulkBody } from '../../sync/bulk-body';
import { deleteBody } from '../../sync/bulk-item';
import { deliverBody } from '../bulk/deliver-body';
import type { Delivery } from '../bulk/delivery';
import { lettersOfDropped } from '../dead-letters/letters-of-dropped';
import { groupByVersion, type RejectionContext } from '../dead-letters/letters-of-rejected';
import { writeDeadLetters } from '../dead-letters/write-dead-letters';
import { lookUpDocuments } from '../documents/look-up-documents';
import type { BulkWriterOptions, WriterWatch } from './bulk-writer-options';

/** Facts for letters of dropped documents, and deletions. */
export interface DroppedContext extends RejectionContext {
  readonly options: Pick<BulkWriterOptions, 'client' | 'deadLetters'>;
  readonly watch: WriterWatch;
  /** For deletions. */
  readonly plain: Delivery;
  readonly signal: AbortSignal;
}

/**
 * Remembers documents that pipelines dropped. What this sync itself has written of them before goes at once; a document
 * of an earlier sync stays, since the reconciliation has to see first how many would go.
 * @param dropped - positions in the body
 */
export async function rememberDropped(
  { options, watch, plain, signal, ...context }: DroppedContext,
  body: BulkBody,
  dropped: readonly number[],
): Promise<void> {
  const { client, deadLetters } = options;
  const letters = lettersOfDropped(body, dropped, { ...context, pipelines: watch.pipelines });
  await writeDeadLetters(client, deadLetters, letters, signal);
  const ids = letters.map(({ documentId }) => documentId);
  const found = await lookUpDocuments(client, { index: watch.index, ids, signal });
  const own = letters.filter(({ documentId }) => (found.get(documentId)?.version ?? 0) >= watch.firstVersion);
  if (found.size > 0 && (await watch.mayDelete?.(context.relation, found.size)) === false) return;
  for (const [version, group] of groupByVersion(own)) await deliverBody(plain, deleteBody(group, version));
}
