import type { Client } from '@elastic/elasticsearch';

import { listDeadLetters } from '../../elasticsearch/dead-letters/list-dead-letters';
import { scanIds } from '../../elasticsearch/documents/scan-ids';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { Source } from '../../postgres/connection/source';
import { findExisting, type IdRequest, readIds } from '../../postgres/ids/read-ids';
import { untilInStep } from '../../postgres/server/until-in-step';
import { documentIdPrefix, relationOfId } from '../../sync/document-owner';
import { relationField } from '../../sync/relation';
import { type RelationFailure, tellChanged, toRelationFailure } from '../../sync/relation-failure';
import { addReports, emptyReport, type RelationReport } from '../../sync/report';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { ComparedPart, CompareInput, ComparePartsInput } from '../contract/activity-inputs';
import type { Comparison } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { IdSet } from '../id-sets/id-set';
import { identifyRows } from '../plan/projected-relation';
import { openRelation } from '../plan/relation-cache';
import { healStrays } from './heal-strays';
import { healTrees } from './heal-trees';
import { indexRows } from './index-rows';
import { collectStale } from './stale-ids-in-memory';

/** Ids that are looked up by one statement. */
const IDS_PER_LOOKUP = 20_000;

/**
 * Works through the parts of an activity one after the other; of a relation that fails the rest is left out.
 * @param toResult - what stands for a part that failed
 * @returns a result a part
 */
export async function eachPart<Result>(
  { parts, ...input }: ComparePartsInput,
  work: (input: CompareInput) => Promise<Result>,
  toResult: (failed: RelationReport) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  const failed = new Map<string, RelationFailure>();
  for (const part of parts) {
    const { relation } = part;
    try {
      if (!failed.has(relation)) {
        results.push(await tellChanged(relation, () => work({ ...input, part })));
        continue;
      }
    } catch (error) {
      const failure = toRelationFailure(error);
      if (failure === undefined) throw error;
      failed.set(relation, failure);
    }
    const failure = failed.get(relation);
    results.push(toResult({ ...emptyReport(relation), ...(failure === undefined ? {} : { failure }) }));
  }
  return results;
}

/** Compares ids both ways: indexes rows whose document is missing, counts documents whose row is. */
export async function compareIds(
  connector: OpenConnector,
  input: CompareInput,
  scope: ActivityScope,
): Promise<Comparison> {
  const { job, part } = input;
  if (part.oid === undefined) throw new Error('a relation that is no longer synced has no rows to compare with');
  const projected = await openRelation(connector, job, { relation: part.relation, oid: part.oid });
  if (part.strays === true) return healStrays(connector, input, projected, scope);
  const request = identifyRows(projected, scope.signal);
  const isBehind = await untilInStep(connector, scope.signal);
  const ids = await readIdSet(connector.source, request, part);
  const stale = collectStale(connector.memory, input);
  const young: string[] = [];
  let isMisplaced = false;
  for await (const page of scanClaims(connector.elasticsearch, input, scope)) {
    for (const id of page) {
      const relation = relationOfId(job, id);
      if (relation === part.relation) {
        if (ids.see(id)) continue;
        if (isBehind && young.length < IDS_PER_LOOKUP) young.push(id);
        else stale.add(id);
      } else if (relation !== undefined) isMisplaced = true;
    }
    scope.heartbeat();
  }
  // Rows that the standby did not have yet when ids were read.
  if (young.length > 0) {
    await untilInStep(connector, scope.signal);
    const existing = await findExisting(connector.source, { ...request, ids: young });
    for (const id of young) if (!existing.has(id)) stale.add(id);
  }
  // A rejected row is known to have no document: sending it again would only reject it again.
  for await (const id of rejectedIds(connector.elasticsearch, job, part.relation)) ids.see(id);
  let report = emptyReport(part.relation);
  if (ids.unseen > 0) {
    for await (const missing of missingIds(connector.source, request, part, ids)) {
      report = addReports(report, await indexRows(connector, input, projected, missing, scope));
    }
  }
  report = addReports(report, await healTrees(connector, input, projected, scope));
  stale.keep();
  return { stale: stale.count(), report, ...(isMisplaced ? { misplaced: true } : {}) };
}

/** All ids of a part's rows, 16 bytes each. */
export async function readIdSet(source: Source, request: IdRequest, { buckets }: ComparedPart): Promise<IdSet> {
  const ids = new IdSet();
  for await (const batch of readIds(source, { ...request, buckets })) {
    for (const id of batch) ids.add(id);
  }
  return ids;
}

/** The ids of a part's documents, in pages; documents that only their fields make the relation's are of others. */
export async function* scanPart(
  elasticsearch: Client,
  input: CompareInput,
  scope: ActivityScope,
): AsyncGenerator<readonly string[]> {
  const prefix = documentIdPrefix(input.job, input.part.relation);
  for await (const page of scanClaims(elasticsearch, input, scope)) yield page.filter((id) => id.startsWith(prefix));
}

/** The ids of documents that are a part's by their fields, in pages. */
function scanClaims(elasticsearch: Client, { job, part }: CompareInput, scope: ActivityScope) {
  return scanIds(elasticsearch, {
    index: job.concreteIndex,
    relationField: relationField(job.connectorId, part.relation),
    buckets: part.buckets,
    signal: scope.signal,
  });
}

async function* rejectedIds(elasticsearch: Client, job: SyncJob, relation: string): AsyncGenerator<string> {
  const filter = { connectorId: job.connectorId, relation };
  for await (const page of listDeadLetters(elasticsearch, deadLetterIndexName(job), filter)) {
    for (const { documentId } of page) if (documentId !== undefined) yield documentId;
  }
}

/** The set holds hashes: the ids themselves are read once more, and only those that no document has are kept. */
async function* missingIds(
  source: Source,
  request: IdRequest,
  { buckets }: ComparedPart,
  ids: IdSet,
): AsyncGenerator<string[]> {
  let missing: string[] = [];
  for await (const batch of readIds(source, { ...request, buckets })) {
    missing.push(...batch.filter((id) => ids.isUnseen(id)));
    if (missing.length < IDS_PER_LOOKUP) continue;
    yield missing;
    missing = [];
  }
  if (missing.length > 0) yield missing;
}
