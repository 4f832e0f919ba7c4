import type { BulkRequestItem } from './bulk-request';
import { parseExactly, renderExactly } from './exact-json';
import { type IndexPipelines, NONE } from './find-pipelines';
import { type Fields, type IngestDocument, textOf } from './ingest-document';
import { IngestError, renderError } from './ingest-error';
import { type Pipelines, runPipeline } from './ingest-pipeline';

/** An item behind its pipelines: to be written, or answered already. */
export type IngestedItem = { readonly write: BulkRequestItem } | { readonly answer: object };

/** What the pipelines of an item are found with. */
export interface Ingest {
  readonly pipelines: Pipelines;
  readonly ofIndex: (index: string) => Promise<IndexPipelines>;
}

/**
 * Sends an item through its pipelines, one after the other. As in Elasticsearch the second sees what the first did, and
 * where the first chose another index it is that one's.
 */
export async function ingestItem(
  { pipelines, ofIndex }: Ingest,
  item: BulkRequestItem,
  [first, final]: readonly [first: string, final: string],
): Promise<IngestedItem> {
  if (first === NONE && final === NONE) return { write: item };
  const { action, metadata, source = '{}' } = item;
  const document: IngestDocument = { metadata: toContext(metadata), source: parseExactly(source) as Fields };
  let before = { ...document.metadata };
  try {
    let last = final;
    if (first !== NONE) {
      if (runPipeline(pipelines, first, document)) return { answer: droppedItem(action, before) };
      const { _index: index } = document.metadata;
      if (index !== before['_index']) last = (await ofIndex(textOf(index))).final;
      before = { ...document.metadata };
    }
    if (last !== NONE) {
      if (runPipeline(pipelines, last, document)) return { answer: droppedItem(action, before) };
      requireSameIndex(last, before, document.metadata);
    }
  } catch (error) {
    if (!(error instanceof IngestError)) throw error;
    return { answer: failedItem(action, before, error) };
  }
  const edited = { ...metadata, ...fromContext(document.metadata) };
  return { write: { action, metadata: edited, source: renderExactly(document.source) } };
}

/** MATCH_ANY: the version of a write that asks for none. */
const ANY_VERSION = -3;

function toContext({ _index, _id, routing, version = ANY_VERSION, version_type: type = 'internal' }: Fields): Fields {
  return { _index, _id, _routing: routing, _version: version, _version_type: type };
}

function fromContext({ _index, _id, _routing, _version, _version_type }: Fields): Fields {
  const isAny = _version_type === 'internal' && _version === ANY_VERSION;
  return {
    _index,
    _id: _id ?? undefined,
    routing: _routing ?? undefined,
    ...(isAny ? {} : { version: _version, version_type: _version_type }),
  };
}

function droppedItem(action: string, { _index, _id, _version }: Fields): object {
  const shards = { total: 0, successful: 0, failed: 0 };
  return { [action]: { _index, _id: _id ?? NO_ID, _version, result: 'noop', _shards: shards, status: 200 } };
}

function failedItem(action: string, { _index, _id }: Fields, error: IngestError): object {
  return { [action]: { _index, _id: _id ?? NO_ID, status: error.status, error: renderError(error) } };
}

const NO_ID = 'auto-generated';

function requireSameIndex(pipeline: string, { _index: before }: Fields, { _index: now, _id }: Fields): void {
  if (now === before) return;
  const change = `the target index (from [${textOf(before)}] to [${textOf(now)}]) for document [${textOf(_id)}]`;
  throw new IngestError('illegal_state_exception', `final pipeline [${pipeline}] can't change ${change}`, 500);
}
