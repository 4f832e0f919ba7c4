import { countDeadLetters } from '../../elasticsearch/dead-letters/count-dead-letters';
import type { DeadLetterCounts } from '../../elasticsearch/dead-letters/list-dead-letters';
import { countByRelation } from '../../elasticsearch/documents/count-documents';
import { digestDocuments } from '../../elasticsearch/documents/digest-documents';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import { digestIds, type DigestRequest } from '../../postgres/ids/digest-ids';
import { countIds, countRows } from '../../postgres/ids/read-ids';
import { hasChangedSince } from '../../postgres/server/changed-since';
import { readBoth, untilInStep } from '../../postgres/server/until-in-step';
import { digestTreeRows } from '../../postgres/tree-rows/digest-tree-rows';
import { coverBuckets } from '../../sync/bucket-ranges';
import {
  type BucketDigest,
  countDigested,
  differingBuckets,
  type IdDigest,
  type RowsDigest,
} from '../../sync/digests/id-digest';
import { narrowToIndex } from '../../sync/indices/index-naming';
import { mayShareIds, relationField } from '../../sync/relation';
import { type FailedRelation, tellChanged, toRelationFailure } from '../../sync/relation-failure';
import type { SyncJob } from '../../sync/sync-plan';
import type { Since } from '../../sync/unseen-transactions';
import type { OpenConnector } from '../connector/connector-registry';
import type { SurveyInput } from '../contract/activity-inputs';
import type { RelationSurvey, Survey } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { identifyRows, type ProjectedRelation } from '../plan/projected-relation';
import { openRelation } from '../plan/relation-cache';
import { findStaleBySums } from './find-stale-by-sums';
import { type DroppedRows, lookAtDropped } from './look-at-dropped';
import { lookForStrays } from './look-for-strays';

/** Ranges of buckets of one relation: where more differ, those in between are compared, too. */
const MAX_RANGES = 64;

/**
 * Holds documents, dead letters and rows against each other. Every row was in the index when the relation was read, so
 * where documents and dead letters together are as many as rows, nothing is stale; a full job over an index that held
 * documents before looks at their ids all the same, since others may have changed it. Both sides sum up hashes of their
 * ids by bucket, and only buckets that differ are compared id by id, unless the sums alone tell which documents are stale.
 */
export async function surveyRelations(
  connector: OpenConnector,
  input: SurveyInput,
  scope: ActivityScope,
): Promise<Survey> {
  const { job, known, round } = input;
  await refreshIndex(connector.elasticsearch, job.concreteIndex);
  const documents = await countByRelation(connector.elasticsearch, job.concreteIndex, job.connectorId);
  const asked = narrowToIndex(
    connector.settings,
    input.relations.map(({ name }) => name),
  );
  const letters = await countDeadLetters(connector.elasticsearch, deadLetterIndexName(job), job.connectorId, asked);
  await untilInStep(connector, scope.signal);
  const relations: RelationSurvey[] = [];
  const failed: FailedRelation[] = [];
  for (const { name, oid, rowsSince } of input.relations) {
    try {
      const counts = { documents: documents.get(name) ?? 0, ...(letters.get(name) ?? { rejected: 0, dropped: 0 }) };
      const hasLost = await mayHaveLostRows(connector, job, rowsSince);
      const surveyed = await tellChanged(name, async () => {
        const projected = await openRelation(connector, job, { relation: name, oid });
        return surveyRelation(connector, { job, round, projected }, { ...counts, hasLost }, scope);
      });
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

/**
 * Whether rows of other tables may have gone from a relation's documents: nothing of those that stay tells.
 * @param since - absent for a relation without such rows
 */
async function mayHaveLostRows({ source }: OpenConnector, job: SyncJob, since: Since | undefined): Promise<boolean> {
  if (since === undefined) return false;
  if (job.jobType === 'full' && !job.newIndex) return true;
  return hasChangedSince(source, since);
}

interface Counts extends Pick<RelationSurvey, 'documents'>, DeadLetterCounts {
  readonly hasLost: boolean;
}

async function surveyRelation(
  connector: OpenConnector,
  {
    job,
    round,
    projected,
  }: { readonly job: SyncJob; readonly round?: number | undefined; readonly projected: ProjectedRelation },
  { documents, rejected, dropped, hasLost }: Counts,
  scope: ActivityScope,
): Promise<Pick<RelationSurvey, 'rows' | 'differing' | 'stale' | 'dropped' | 'outlived'>> {
  let looked: DroppedRows = { dropped, outlived: 0 };
  if (job.jobType !== 'full' || job.newIndex) {
    // Rows that share an id have one dead letter: without any, as many ids as rows are a simple count.
    const countKeys = mayShareIds(projected.relation) && rejected > 0 ? countIds : countRows;
    const rows = await countKeys(connector.source, identifyRows(projected, scope.signal));
    if (!hasLost && documents + rejected + dropped === rows) return { rows, differing: [], dropped };
    if (dropped > 0) looked = await lookAtDropped(connector, job, projected, scope);
    const isSame = documents - looked.outlived + rejected + looked.dropped === rows;
    if (!hasLost && isSame) return { rows, differing: [], ...looked };
  } else if (dropped > 0) looked = await lookAtDropped(connector, job, projected, scope);
  const [ofRows, ofDocuments] = await readBoth(
    connector,
    () => digestRows(connector, projected, scope, hasLost),
    () => digestDocumentsOf(connector, job, projected, hasLost, scope),
    scope.signal,
  );
  const rows = countDigested(ofRows);
  const all = differingBuckets(ofRows, ofDocuments);
  // Rows of other tables in documents differ as well: they are looked at one by one.
  if (hasLost || round === undefined) return { rows, differing: coverBuckets(all, MAX_RANGES), ...looked };
  const digested = { rows: ofRows, documents: ofDocuments, differing: all, request: digestRequest(projected, scope) };
  const of = { job, round, relation: projected.name, oid: projected.relation.oid };
  const { stale, differing } = await findStaleBySums(connector, of, digested, scope);
  return { rows, differing, ...(stale === undefined ? {} : { stale }), ...looked };
}

function digestDocumentsOf(
  { elasticsearch }: OpenConnector,
  job: SyncJob,
  { name }: ProjectedRelation,
  withRows: boolean,
  { signal }: ActivityScope,
): Promise<IdDigest> {
  const field = relationField(job.connectorId, name);
  return digestDocuments(elasticsearch, { index: job.concreteIndex, relationField: field, withRows, signal });
}

function digestRequest(projected: ProjectedRelation, { signal }: ActivityScope): DigestRequest {
  return { ...identifyRows(projected, signal), unique: !mayShareIds(projected.relation) };
}

async function digestRows(
  { source }: OpenConnector,
  projected: ProjectedRelation,
  scope: ActivityScope,
  withRows: boolean,
): Promise<IdDigest> {
  const request = digestRequest(projected, scope);
  const { tree } = projected.projection;
  const ids = await digestIds(source, request);
  if (!withRows || tree === undefined) return ids;
  const rows = await digestTreeRows(source, request, tree);
  // Where they can't be counted, they are compared everywhere.
  return new Map([...ids].map(([bucket, digest]) => [bucket, { ...digest, ...countsOf(rows, bucket) }]));
}

function countsOf(rows: ReadonlyMap<number, RowsDigest> | undefined, bucket: number): Pick<BucketDigest, 'rows'> {
  const counted = rows === undefined ? { count: NaN, hash: NaN } : rows.get(bucket);
  return counted === undefined ? {} : { rows: counted };
}

function findOrphans(documents: ReadonlyMap<string, number>, known: readonly string[]): Survey['orphans'] {
  const names = new Set(known);
  return [...documents]
    .filter(([relation]) => !names.has(relation))
    .map(([relation, count]) => ({ relation, documents: count }));
}
