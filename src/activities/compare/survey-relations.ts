import { countDeadLetters } from '../../elasticsearch/dead-letters/count-dead-letters';
import type { DeadLetterCounts } from '../../elasticsearch/dead-letters/list-dead-letters';
import { countByRelation } from '../../elasticsearch/documents/count-documents';
import { digestDocuments } from '../../elasticsearch/documents/digest-documents';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import { digestIds } from '../../postgres/ids/digest-ids';
import { countIds, countRows } from '../../postgres/ids/read-ids';
import { coverBuckets } from '../../sync/bucket-ranges';
import { countDigested, differingBuckets } from '../../sync/id-digest';
import { mayShareIds, relationField } from '../../sync/relation';
import { type FailedRelation, toRelationFailure } from '../../sync/relation-failure';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { SurveyInput } from '../contract/activity-inputs';
import type { RelationSurvey, Survey } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { identifyRows, type ProjectedRelation } from '../plan/projected-relation';
import { openRelation } from '../plan/relation-cache';
import { type DroppedRows, lookAtDropped } from './look-at-dropped';
import { lookForStrays } from './look-for-strays';

/** Ranges of buckets of one relation: where more differ, those in between are compared, too. */
const MAX_RANGES = 64;

/**
 * Holds documents, dead letters and rows against each other. Every row was in the index when the relation was read, so
 * where documents and dead letters together are as many as rows, nothing is stale; a full job over an index that held
 * documents before looks at their ids all the same, since others may have changed it. Both sides sum up hashes of their
 * ids by bucket, and only buckets that differ are compared id by id.
 */
export async function surveyRelations(
  connector: OpenConnector,
  input: SurveyInput,
  scope: ActivityScope,
): Promise<Survey> {
  const { job, known } = input;
  await refreshIndex(connector.elasticsearch, job.concreteIndex);
  const documents = await countByRelation(connector.elasticsearch, job.concreteIndex, job.connectorId);
  const letters = await countDeadLetters(connector.elasticsearch, deadLetterIndexName(job), job.connectorId);
  const relations: RelationSurvey[] = [];
  const failed: FailedRelation[] = [];
  for (const { name, oid } of input.relations) {
    try {
      const projected = await openRelation(connector, job, { relation: name, oid });
      const counts = { documents: documents.get(name) ?? 0, ...(letters.get(name) ?? { rejected: 0, dropped: 0 }) };
      const surveyed = await surveyRelation(connector, job, projected, counts, scope);
      relations.push({ relation: name, ...counts, ...surveyed });
    } catch (error) {
      const failure = toRelationFailure(error);
      if (failure === undefined) throw error;
      failed.push({ relation: name, failure });
    }
  }
  const survey = { relations, orphans: [], ...(failed.length > 0 ? { failed } : {}) };
  if (known === undefined) return survey;
  const orphans = findOrphans(documents, known);
  const own = [...documents.values()].reduce((sum, count) => sum + count, 0);
  // What their fields make orphans may be documents of relations that are synced.
  const allIds = input.allIds === true || job.unfamiliar === true || orphans.length > 0;
  return { ...survey, orphans, ...(await lookForStrays(connector, job, { own, allIds }, scope)) };
}

type Counts = Pick<RelationSurvey, 'documents'> & DeadLetterCounts;

async function surveyRelation(
  connector: OpenConnector,
  job: SyncJob,
  projected: ProjectedRelation,
  { documents, rejected, dropped }: Counts,
  scope: ActivityScope,
): Promise<Pick<RelationSurvey, 'rows' | 'differing' | 'dropped' | 'outlived'>> {
  let looked: DroppedRows = { dropped, outlived: 0 };
  if (job.jobType !== 'full' || job.newIndex) {
    // Rows that share an id have one dead letter: without any, as many ids as rows are a simple count.
    const countKeys = mayShareIds(projected.relation) && rejected > 0 ? countIds : countRows;
    const rows = await countKeys(connector.source, identifyRows(projected, scope.signal));
    if (documents + rejected + dropped === rows) return { rows, differing: [], dropped };
    if (dropped > 0) looked = await lookAtDropped(connector, job, projected, scope);
    if (documents - looked.outlived + rejected + looked.dropped === rows) return { rows, differing: [], ...looked };
  } else if (dropped > 0) looked = await lookAtDropped(connector, job, projected, scope);
  const [ofRows, ofDocuments] = await Promise.all([
    digestIds(connector.source, identifyRows(projected, scope.signal), !mayShareIds(projected.relation)),
    digestDocuments(connector.elasticsearch, {
      index: job.concreteIndex,
      relationField: relationField(job.connectorId, projected.name),
      signal: scope.signal,
    }),
  ]);
  const differing = coverBuckets(differingBuckets(ofRows, ofDocuments), MAX_RANGES);
  return { rows: countDigested(ofRows), differing, ...looked };
}

function findOrphans(documents: ReadonlyMap<string, number>, known: readonly string[]): Survey['orphans'] {
  const names = new Set(known);
  return [...documents]
    .filter(([relation]) => !names.has(relation))
    .map(([relation, count]) => ({ relation, documents: count }));
}
