import type { Client } from '@elastic/elasticsearch';

import type { BulkBody } from '../../sync/bulk-body';
import { readAction } from '../../sync/bulk-item';
import { OWN_FIELDS, ROWS_FIELDS } from '../../sync/own-fields';
import { asCount, asObject, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { itemBytes } from '../bulk/bulk-slices';
import { interferes, type PipelineWatch } from '../bulk/pipeline-watch';
import { deadLetterId } from '../dead-letters/dead-letter-id';
import { type FoundDocument, lookUpDocuments } from '../documents/look-up-documents';

const FIELDS = [...Object.values(OWN_FIELDS), ...Object.values(ROWS_FIELDS)];

/** Documents that were stored, and where. */
export interface StoredDocuments {
  readonly client: Client;
  readonly watch: PipelineWatch;
  readonly deadLetters: string;
  readonly connectorId: string;
  readonly relation: string;
  readonly body: BulkBody;
  /** Ids of the documents that Elasticsearch says it stored. */
  readonly ids: ReadonlySet<string>;
  readonly newestVersion: number;
  /** Newest version, by now, of writers that go on beside this one. Absent: there are none. */
  readonly newestOfOthers?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads documents back, and holds what pgferry needs of them against what was sent.
 * @throws SyncFailure `PipelineInterferes` naming what is not as it was sent
 */
export async function requireFieldsAsSent(stored: StoredDocuments): Promise<void> {
  const { client, watch, body, ids, signal, newestVersion, newestOfOthers = 0 } = stored;
  const found = await lookUpDocuments(client, { index: watch.index, ids: [...ids], fields: FIELDS, signal });
  const absent: string[] = [];
  for (const position of body.offsets.keys()) {
    const bytes = itemBytes(body, position);
    const { id, version, end } = readAction(bytes);
    if (!ids.has(id)) continue;
    const document = found.get(id);
    if (document === undefined) absent.push(id);
    else {
      const sent = { version, fields: JSON.parse(bytes.toString('utf8', end)) as Readonly<Record<string, unknown>> };
      const changed = findChange(sent, document, Math.max(newestVersion, newestOfOthers));
      if (changed !== undefined) throw interferes(watch.pipelines, changed, 'stored with another value of it');
    }
  }
  await requireRefused(stored, absent);
}

interface SentDocument {
  readonly version: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Finds what is not as it was sent: a field, or what Elasticsearch keeps beside them.
 * @param newestVersion - of all writers: a document that a later write replaced is not judged by its fields
 */
export function findChange(sent: SentDocument, found: FoundDocument, newestVersion: number): string | undefined {
  if (found.routing !== undefined) return '_routing';
  if (found.version < sent.version || found.version > newestVersion) return '_version';
  if (found.version > sent.version) return undefined;
  return FIELDS.find((field) => !isSame(field, sent.fields[field], found.fields[field]));
}

function isSame(field: string, sent: unknown, found: unknown): boolean {
  if (sent === found) return true;
  // An index that rebuilds its sources prints the same moment in its own way.
  const isTime = field === OWN_FIELDS.timestamp && typeof sent === 'string' && typeof found === 'string';
  return isTime && Date.parse(sent) === Date.parse(found);
}

/**
 * A stored document that is not to be found was refused by a later write, is on a shard where nobody looks for it, or was
 * deleted by another writer, where there is one.
 */
async function requireRefused(stored: StoredDocuments, absent: readonly string[]): Promise<void> {
  if (absent.length === 0) return;
  const { client, watch, deadLetters, connectorId, relation, signal, newestOfOthers } = stored;
  const letters = absent.map((documentId) => deadLetterId({ connectorId, relation, documentId }));
  const refused = await lookUpDocuments(client, { index: deadLetters, ids: letters, signal });
  if (refused.size === letters.length) return;
  if (newestOfOthers !== undefined && !(await isOnAnyShard(stored, absent))) return;
  throw interferes(watch.pipelines, '_routing', 'stored where its id does not lead');
}

/** A search looks at all shards. */
async function isOnAnyShard({ client, watch: { index }, signal }: StoredDocuments, ids: readonly string[]) {
  const doing = `looking for documents in ${index}`;
  await translateFailures(doing, () => client.indices.refresh({ index }, { signal }));
  const answer: unknown = await translateFailures(doing, () =>
    client.count({ index, query: { ids: { values: [...ids] } } }, { signal }),
  );
  return readAnswer(doing, () => asCount(asObject(answer)['count'])) > 0;
}
