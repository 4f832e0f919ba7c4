import type { Client } from '@elastic/elasticsearch';

import { listDeadLetters, type StoredDeadLetter } from '../../elasticsearch/dead-letters/list-dead-letters';
import { lookUpDocuments } from '../../elasticsearch/documents/look-up-documents';
import { scanStrays } from '../../elasticsearch/documents/scan-owners';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { findExisting } from '../../postgres/ids/read-ids';
import { idSchemeOf } from '../../sync/document-owner';
import { addReports, emptyReport } from '../../sync/report';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CompareInput } from '../contract/activity-inputs';
import type { Comparison } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { identifyRows, type ProjectedRelation } from '../plan/projected-relation';
import { indexRows } from './index-rows';

/** The ids of a relation's documents whose fields don't say that they are, in pages. */
export function scanStraysOf(elasticsearch: Client, { job, part }: CompareInput, { signal }: ActivityScope) {
  return scanStrays(elasticsearch, { ...idSchemeOf(job), index: job.concreteIndex, relation: part.relation, signal });
}

/**
 * Writes the documents again whose rows are there; counts the others, which are stale, and those whose rows an ingest
 * pipeline dropped of these writes.
 */
export async function healStrays(
  connector: OpenConnector,
  input: CompareInput,
  projected: ProjectedRelation,
  scope: ActivityScope,
): Promise<Comparison> {
  let [stale, outlived, outlivedBefore] = [0, 0, 0];
  let report = emptyReport(projected.name);
  for await (const ids of scanStraysOf(connector.elasticsearch, input, scope)) {
    const existing = await findExisting(connector.source, { ...identifyRows(projected, scope.signal), ids });
    stale += ids.length - existing.size;
    const rows = [...existing];
    const unhealed = await withoutHealed(connector, input, rows, scope);
    if (unhealed.length > 0) {
      report = addReports(report, await indexRows(connector, input, projected, unhealed, scope));
    }
    const found = await countOutlived(connector, input, rows, scope);
    outlived += found.now;
    outlivedBefore += found.before;
    scope.heartbeat();
  }
  return { stale, report, ...(outlived + outlivedBefore === 0 ? {} : { outlived, outlivedBefore }) };
}

/**
 * Their fields made them look missing, too: where ids were compared before, they have been written again, or refused, or
 * dropped. What was dropped before that is known as well: its document only has to go.
 */
async function withoutHealed(
  connector: OpenConnector,
  input: CompareInput,
  ids: readonly string[],
  scope: ActivityScope,
): Promise<readonly string[]> {
  const { documents, letters, version } = await lookAtFates(connector, input, ids, scope);
  return ids.filter((id) => {
    const [kept, letter] = [documents.get(id)?.version ?? 0, letters.get(id)];
    const isKnown = letter !== undefined && letter.version > kept;
    return kept < version && !(isKnown && (letter.version >= version || letter.dropped !== undefined));
  });
}

/** Documents, from before, of rows that a pipeline dropped: before this comparison, or when it wrote them again. */
async function countOutlived(
  connector: OpenConnector,
  input: CompareInput,
  ids: readonly string[],
  scope: ActivityScope,
): Promise<{ readonly before: number; readonly now: number }> {
  const { documents, letters, version } = await lookAtFates(connector, input, ids, scope);
  const dropped = ids.flatMap((id) => {
    const [document, letter] = [documents.get(id), letters.get(id)];
    if (document === undefined || letter?.dropped === undefined) return [];
    return document.version < letter.version ? [letter.version] : [];
  });
  const now = dropped.filter((written) => written >= version).length;
  return { before: dropped.length - now, now };
}

/** What the index and its dead letters hold of some ids, and the version of what a comparison writes. */
async function lookAtFates(
  { elasticsearch }: OpenConnector,
  { job, part, round }: CompareInput,
  ids: readonly string[],
  { signal }: ActivityScope,
) {
  const documents = await lookUpDocuments(elasticsearch, { index: job.concreteIndex, ids, signal });
  const letters = new Map<string, StoredDeadLetter>();
  const filter = { connectorId: job.connectorId, relation: part.relation, documentIds: ids };
  for await (const page of listDeadLetters(elasticsearch, deadLetterIndexName(job), filter)) {
    for (const letter of page) if (letter.documentId !== undefined) letters.set(letter.documentId, letter);
  }
  return { documents, letters, version: passVersion(job, 'heal', round) };
}
