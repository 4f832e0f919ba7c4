import { listDeadLetters } from '../../elasticsearch/dead-letters/list-dead-letters';
import { deleteLetters } from '../../elasticsearch/dead-letters/prune-dead-letters';
import { lookUpDocuments } from '../../elasticsearch/documents/look-up-documents';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { findExisting } from '../../postgres/ids/read-ids';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { ActivityScope } from '../contract/activity-scope';
import { identifyRows, type ProjectedRelation } from '../plan/projected-relation';

/** Counts of a relation's dropped rows. */
export interface DroppedRows {
  /** Rows that a pipeline dropped, each with its letter. */
  readonly dropped: number;
  /** Those that have a document all the same: one from before. */
  readonly outlived: number;
}

/**
 * Looks at each row that a pipeline dropped. Its letter is removed where the row is gone, or was indexed since: in the
 * order of writes the newer version tells.
 */
export async function lookAtDropped(
  connector: OpenConnector,
  job: SyncJob,
  projected: ProjectedRelation,
  scope: ActivityScope,
): Promise<DroppedRows> {
  const { elasticsearch, source } = connector;
  const letterIndex = deadLetterIndexName(job);
  let [dropped, outlived] = [0, 0];
  for await (const letters of pageDropped(connector, job, projected.name)) {
    const ids = letters.flatMap(({ documentId }) => (documentId === undefined ? [] : [documentId]));
    const documents = await lookUpDocuments(elasticsearch, { index: job.concreteIndex, ids, signal: scope.signal });
    const rows = await findExisting(source, { ...identifyRows(projected, scope.signal), ids });
    const outdated: string[] = [];
    for (const { id, documentId = '', version } of letters) {
      const document = documents.get(documentId);
      if (!rows.has(documentId) || (document !== undefined && document.version >= version)) outdated.push(id);
      else {
        dropped += 1;
        if (document !== undefined) outlived += 1;
      }
    }
    await deleteLetters(elasticsearch, letterIndex, outdated);
    scope.heartbeat();
  }
  return { dropped, outlived };
}

/** Documents, from before, of rows that a pipeline drops, some hundreds at a time. */
export async function* outlivedIds(
  connector: Pick<OpenConnector, 'elasticsearch'>,
  job: SyncJob,
  relation: string,
): AsyncGenerator<string[]> {
  const { elasticsearch } = connector;
  for await (const letters of pageDropped(connector, job, relation)) {
    const ids = letters.flatMap(({ documentId }) => (documentId === undefined ? [] : [documentId]));
    const documents = await lookUpDocuments(elasticsearch, { index: job.concreteIndex, ids });
    const stale = letters.flatMap(({ documentId = '', version }) => {
      const document = documents.get(documentId);
      return document !== undefined && document.version < version ? [documentId] : [];
    });
    if (stale.length > 0) yield stale;
  }
}

function pageDropped({ elasticsearch }: Pick<OpenConnector, 'elasticsearch'>, job: SyncJob, relation: string) {
  const filter = { connectorId: job.connectorId, relation, kind: 'dropped' as const };
  return listDeadLetters(elasticsearch, deadLetterIndexName(job), filter);
}
