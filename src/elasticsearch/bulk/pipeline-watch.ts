import type { BulkBody } from '../../sync/bulk-body';
import { readAction } from '../../sync/bulk-item';
import { SyncFailure } from '../../sync/failures';
import { describePipelines, type WorkingPipelines } from '../../sync/pipelines';
import type { AnsweredItem } from './answered-item';

/** Expectation of documents that pass ingest pipelines. */
export interface PipelineWatch {
  readonly pipelines: WorkingPipelines;
  /** The index itself, whatever alias is written to. */
  readonly index: string;
}

/**
 * Holds the answers about documents that were stored against what was sent.
 * @returns their ids
 * @throws SyncFailure `PipelineInterferes` where a pipeline gave one another id, or sent it to another index
 */
export function requireStoredAsSent(
  { bytes, offsets }: BulkBody,
  items: readonly AnsweredItem[],
  { pipelines, index }: PipelineWatch,
): string[] {
  const ids: string[] = [];
  for (const [position, { index: answer }] of items.entries()) {
    const { stored } = answer ?? {};
    if (stored === undefined || stored.result === 'noop') continue;
    const { id } = readAction(bytes, offsets[position]);
    if (stored.index !== index) throw interferes(pipelines, '_index', 'stored in another index');
    if (stored.id !== id) throw interferes(pipelines, '_id', 'stored under another id');
    ids.push(id);
  }
  return ids;
}

/**
 * Tells an index that is gone from one that a pipeline named.
 * @throws SyncFailure `PipelineInterferes` where a document was meant for an index that is not there
 */
export function requireSentHere(
  items: readonly AnsweredItem[],
  target: string,
  { pipelines, index }: PipelineWatch,
): void {
  for (const { index: answer } of items) {
    const { status, refusedBy } = answer ?? {};
    if (status !== 404 || refusedBy === undefined || refusedBy === target || refusedBy === index) continue;
    throw interferes(pipelines, '_index', 'sent to another index');
  }
}

/**
 * @param field - `_id`, `_relation`
 * @param fate - completes "a document was …"; without a value of it
 */
export function interferes(pipelines: WorkingPipelines, field: string, fate: string): SyncFailure {
  const who = describePipelines(pipelines);
  const does = pipelines.names.length === 1 ? 'changes' : 'change';
  const message = `${who} ${does} ${field}: a document was ${fate}. Nothing more is written.`;
  return new SyncFailure('PipelineInterferes', message.charAt(0).toUpperCase() + message.slice(1));
}
