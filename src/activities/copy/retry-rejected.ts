import type { Client } from '@elastic/elasticsearch';

import { countDeadLetters } from '../../elasticsearch/dead-letters/count-dead-letters';
import {
  type DeadLetterFilter,
  listDeadLetters,
  type StoredDeadLetter,
} from '../../elasticsearch/dead-letters/list-dead-letters';
import { pruneDeadLetters } from '../../elasticsearch/dead-letters/prune-dead-letters';
import { lookUpDocuments } from '../../elasticsearch/documents/look-up-documents';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { copyByIds } from '../../postgres/rows/copy-by-ids';
import type { CopyPiece, SharedPiece } from '../../postgres/rows/copy-piece';
import { copyPlaces } from '../../postgres/rows/copy-places';
import type { LeafRows } from '../../postgres/rows/row-source';
import { narrowToIndex } from '../../sync/indices/index-naming';
import { tellChanged, toRelationFailure } from '../../sync/relation-failure';
import { addReports, emptyReport, type RelationReport } from '../../sync/report';
import type { SyncJob } from '../../sync/sync-plan';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { RetryInput, SyncRound } from '../contract/activity-inputs';
import type { ActivityScope } from '../contract/activity-scope';
import type { ProjectedRelation } from '../plan/projected-relation';
import { openRelation } from '../plan/relation-cache';
import { copyOptions } from './copy-options';
import { withRepair } from './with-repair';
import type { PieceTarget } from './write-pieces';
import { sharedKeysOf, writeUnshared } from './write-unshared';

/**
 * Reads the rows of dead letters again that this sync has not read, although they are unchanged: the mapping, a limit
 * or the pipeline may have changed. Afterwards every letter of a rejected row of these relations is of one that was
 * rejected just now: those of rows that are gone, or were indexed, are removed. Rows that a pipeline dropped are tried
 * again where the pipelines are no longer the same, or the sync was asked to; the survey sees to their letters.
 */
export async function retryRejected(
  connector: OpenConnector,
  { job, relations, round }: RetryInput,
  scope: ActivityScope,
): Promise<readonly RelationReport[]> {
  const letters = deadLetterIndexName(job);
  const asked = narrowToIndex(
    connector.settings,
    relations.map(({ name }) => name),
  );
  const counts = await countDeadLetters(connector.elasticsearch, letters, job.connectorId, asked);
  const reports: RelationReport[] = [];
  for (const { name, oid } of relations) {
    if (!counts.has(name)) continue;
    try {
      await tellChanged(name, async () => {
        const projected = await openRelation(connector, job, { relation: name, oid });
        const { rows } = projected;
        // A view or rule has been read as a whole by this sync.
        if ('leaves' in rows) reports.push(await retryRelation(connector, { job, round, projected, rows }, scope));
      });
    } catch (error) {
      const failure = toRelationFailure(error);
      if (failure === undefined) throw error;
      reports.push({ ...emptyReport(name), failure });
      continue;
    }
    const pruning = { ...rejectedOf(job, name), target: job.concreteIndex };
    await pruneDeadLetters(connector.elasticsearch, letters, { ...pruning, olderThan: job.version });
  }
  return reports;
}

interface RelationRetry extends SyncRound {
  readonly projected: ProjectedRelation;
  readonly rows: LeafRows;
}

async function retryRelation(
  connector: OpenConnector,
  { job, round, projected, rows }: RelationRetry,
  scope: ActivityScope,
): Promise<RelationReport> {
  const { elasticsearch } = connector;
  const letters = deadLetterIndexName(job);
  // A rejected row has no document: one that has was indexed since, by this sync too.
  await pruneDeadLetters(elasticsearch, letters, { ...rejectedOf(job, projected.name), target: job.concreteIndex });
  let report = emptyReport(projected.name);
  const version = passVersion(job, 'heal', round);
  const repair = { connector, job, relation: projected.name, signal: scope.signal };
  await withRepair(repair, async (writer) => {
    const { key } = projected.relation;
    const target = { connector, job, writer, relation: projected.name, version, signal: scope.signal, key };
    for await (const page of listRetried(elasticsearch, job, projected.name)) {
      const earlier = page.filter((letter) => letter.version < job.version);
      const pieces = readRejected(target, { projected, rows, letters: earlier });
      report = addReports(report, await writeUnshared(pieces, target));
    }
  });
  return report;
}

function rejectedOf({ connectorId }: SyncJob, relation: string): DeadLetterFilter {
  return { connectorId, relation, kind: 'rejected' };
}

async function* listRetried(
  elasticsearch: Client,
  job: SyncJob,
  relation: string,
): AsyncGenerator<readonly StoredDeadLetter[]> {
  const letters = deadLetterIndexName(job);
  const { connectorId, pipelines, retryDropped = false } = job;
  yield* listDeadLetters(elasticsearch, letters, rejectedOf(job, relation));
  const unless = retryDropped || pipelines === undefined ? {} : { droppedByOtherThan: pipelines.digest };
  for await (const page of listDeadLetters(elasticsearch, letters, {
    connectorId,
    relation,
    kind: 'dropped',
    ...unless,
  })) {
    const ids = page.flatMap(({ documentId }) => (documentId === undefined ? [] : [documentId]));
    const documents = await lookUpDocuments(elasticsearch, { index: job.concreteIndex, ids });
    // A document that is newer than its letter was indexed since, by this sync too.
    yield page.filter(({ documentId = '', version }) => (documents.get(documentId)?.version ?? 0) < version);
  }
}

interface RejectedRows {
  readonly projected: ProjectedRelation;
  readonly rows: LeafRows;
  readonly letters: readonly StoredDeadLetter[];
}

async function* readRejected(
  target: PieceTarget,
  { projected: { projection, relation }, rows, letters }: RejectedRows,
): AsyncGenerator<SharedPiece | CopyPiece> {
  const { source } = target.connector;
  const options = copyOptions(target, projection);
  const ids = letters.flatMap(({ documentId }) => (documentId === undefined ? [] : [documentId]));
  const sharedKeys = sharedKeysOf(target.connector, relation);
  if (ids.length > 0) yield* copyByIds(source, { ...options, rows, ids, sharedKeys });
  for (const leaf of rows.leaves) {
    const prefix = `${leaf.schema}.${leaf.table}(`;
    const positions = letters.flatMap(({ position }) => (position?.startsWith(prefix) === true ? [position] : []));
    const ctids = positions.map((position) => position.slice(prefix.length - 1));
    if (ctids.length > 0) yield* copyPlaces(source, { ...options, relation: rows.relation, leaf, ctids });
  }
}
