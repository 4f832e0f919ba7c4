import { listDeadLetters } from '../../elasticsearch/dead-letters/list-dead-letters';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { searchSharedIds } from '../../postgres/rows/shared-keys';
import { hasChangedSince } from '../../postgres/server/changed-since';
import { SyncFailure } from '../../sync/failures';
import { toRelationFailure } from '../../sync/relation-failure';
import { emptyReport, type RelationReport } from '../../sync/report';
import { type PlannedRelation, sinceOf, type SyncJob } from '../../sync/sync-plan';
import { passVersion } from '../../sync/write-version';
import type { MemoryKind } from '../connector/connector-memory';
import type { OpenConnector } from '../connector/connector-registry';
import type { CatchUpInput, SyncRound } from '../contract/activity-inputs';
import type { CatchUpResult } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { openRelation } from '../plan/relation-cache';
import { KEY_IS_NULL, KEY_NOT_UNIQUE } from './refuse-ambiguous-ids';
import { withWriter } from './with-writer';
import type { PieceTarget } from './write-pieces';
import { refuseSharedIds, sharedKeysOf } from './write-unshared';

/**
 * An index holds for one table: rows of tables that inherit may have the same key. Those that do when the copy begins, and
 * that it would read, become dead letters before: it leaves them out, and reads only rows of that time. So no document
 * is ever overwritten by a row that shares its key.
 */
export async function refuseSharedKeys(
  connector: OpenConnector,
  { job, relations, round }: CatchUpInput,
  scope: ActivityScope,
): Promise<CatchUpResult> {
  const reports: RelationReport[] = [];
  const changed: string[] = [];
  const version = passVersion(job, 'copy', round);
  for (const planned of relations) {
    try {
      const target = { connector, job, relation: planned.name, version, signal: scope.signal };
      const refused = await withWriter(connector, job, scope.signal, (writer) =>
        refuseOf({ ...target, writer }, planned),
      );
      if (refused !== undefined) reports.push(refused);
    } catch (error) {
      const failure = toRelationFailure(error);
      if (failure !== undefined) reports.push({ ...emptyReport(planned.name), failure });
      else if (error instanceof SyncFailure && error.type === 'SourceChanged') changed.push(planned.name);
      else throw error;
    }
  }
  return { reports, changed };
}

async function refuseOf(target: PieceTarget, planned: PlannedRelation): Promise<RelationReport | undefined> {
  const { connector, job, signal } = target;
  const { name: relation, oid, definition } = planned;
  const projected = await openRelation(connector, job, { relation, oid, definition });
  const sharedKeys = sharedKeysOf(connector, projected.relation);
  if (sharedKeys === undefined) return undefined;
  const since = sinceOf(planned);
  const isRefreshed = since !== undefined && planned.leaves.every(([, , , copy]) => copy === 0);
  if (isRefreshed && !(await hasChangedSince(connector.source, since))) return undefined;
  const scope = isRefreshed ? { changedSince: since } : 'all';
  const { rows, projection: identity } = projected;
  const shared = await searchSharedIds(connector.source, { rows, identity, scope, ...sharedKeys, signal });
  return refuseSharedIds({ ...target, key: sharedKeys.key }, shared);
}

/** What was refused of a sync's relations, by round and name: a table may have a thousand leaves to copy. */
const REFUSED: MemoryKind<Map<string, readonly string[]>> = { begin: () => new Map() };

/** Ids that {@link refuseSharedKeys} has refused in this round: a copy must leave their rows out. */
export async function listRefusedIds(
  connector: OpenConnector,
  { job, round }: SyncRound,
  relation: string,
): Promise<readonly string[]> {
  const kept = connector.memory.of(job.jobId, REFUSED);
  const key = `${round}/${relation}`;
  const refused = kept.get(key) ?? (await readRefusedIds(connector, job, relation));
  kept.set(key, refused);
  return refused;
}

async function readRefusedIds({ elasticsearch }: OpenConnector, job: SyncJob, relation: string): Promise<string[]> {
  const refused: string[] = [];
  const filter = { connectorId: job.connectorId, relation, kind: 'rejected', jobId: job.jobId } as const;
  for await (const letters of listDeadLetters(elasticsearch, deadLetterIndexName(job), filter)) {
    for (const { documentId, errorType } of letters) {
      const isShared = errorType === KEY_NOT_UNIQUE || errorType === KEY_IS_NULL;
      if (isShared && documentId !== undefined) refused.push(documentId);
    }
  }
  return refused;
}
