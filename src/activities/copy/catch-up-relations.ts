import { copyChangedRows } from '../../postgres/rows/copy-rows';
import { hasChangedSince } from '../../postgres/server/changed-since';
import { copyChangedTrees } from '../../postgres/tree-rows/copy-changed-trees';
import { SyncFailure } from '../../sync/failures';
import { isReadAsWhole, mayShareIds } from '../../sync/relation';
import { toRelationFailure } from '../../sync/relation-failure';
import { emptyReport, type RelationReport, toFailedReport } from '../../sync/report';
import type { PlannedLeaf, PlannedRelation } from '../../sync/sync-plan';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CatchUpInput } from '../contract/activity-inputs';
import type { CatchUpResult } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import type { ProjectedRelation } from '../plan/projected-relation';
import { readRelations } from '../plan/read-source';
import { requireAllRead } from '../plan/require-all-read';
import { copyOptions } from './copy-options';
import { toReport } from './copy-progress';
import { refuseSharedKeys } from './refuse-shared-keys';
import { withWriter } from './with-writer';
import { writePieces } from './write-pieces';

/**
 * Reads what changed since the sync's own watermark: rows that moved while partitions were read one after the other.
 * All leaves of a relation are read in one snapshot, so that nothing moves this time. Relations whose definition,
 * leaves or files are no longer those of the plan are named, to be copied again.
 */
export async function catchUpRelations(
  connector: OpenConnector,
  input: CatchUpInput,
  scope: ActivityScope,
): Promise<CatchUpResult> {
  const { job, relations } = input;
  const { relations: found, failed } = await readRelations(connector, relations, job.startedAt);
  const described = new Map(found.map((projected) => [projected.name, projected]));
  const isQuiet = !(await hasChangedSince(connector.source, job));
  const changed: string[] = [];
  const reports: RelationReport[] = failed.map(toFailedReport);
  const failedNames = new Set(failed.map(({ relation }) => relation));
  for (const planned of relations) {
    const { name } = planned;
    const projected = described.get(name);
    if (failedNames.has(name)) continue;
    if (projected === undefined || !isAsPlanned(projected, planned)) {
      changed.push(name);
      continue;
    }
    if (isReadAsWhole(projected.relation)) continue;
    try {
      if (!isQuiet) reports.push(await catchUpRelation(connector, input, projected, scope));
      const shared = await refuseNewSharedKeys(connector, input, { planned, projected }, scope);
      if (shared !== undefined) reports.push(shared);
      // Once a definition: what a refresh reads is what was read of the whole before.
      if (isCopiedWhole(planned)) await requireAllRead(connector.source, projected, scope.signal);
    } catch (error) {
      const failure = toRelationFailure(error);
      if (failure !== undefined) reports.push({ ...emptyReport(name), failure });
      else if (error instanceof SyncFailure && error.type === 'SourceChanged') changed.push(name);
      else throw error;
    }
  }
  return { reports, changed };
}

function isCopiedWhole({ leaves }: PlannedRelation): boolean {
  return leaves.every(([, , , copy]) => copy === 1);
}

/** @returns undefined where no rows of the relation can share a key, or none changed */
async function refuseNewSharedKeys(
  connector: OpenConnector,
  { job, round }: CatchUpInput,
  { planned, projected }: { readonly planned: PlannedRelation; readonly projected: ProjectedRelation },
  { signal }: ActivityScope,
): Promise<RelationReport | undefined> {
  const { rows, relation } = projected;
  if (!mayShareIds(relation) || !('leaves' in rows)) return undefined;
  const { leaves, since: watermark, unseen } = planned;
  const since = watermark === undefined ? undefined : { watermark, ...(unseen === undefined ? {} : { unseen }) };
  const isRefreshed = since !== undefined && leaves.every(([, , , copy]) => copy === 0);
  if (isRefreshed && !(await hasChangedSince(connector.source, since))) return undefined;
  const scope = isRefreshed ? { changedSince: since } : 'all';
  const version = passVersion(job, 'catchUp', round);
  return withWriter(connector, job, signal, async (writer) => {
    const target = { connector, job, writer, relation: projected.name, version, signal };
    const copied = leaves.flatMap(([oid, , , copy]) => (copy === 1 ? [oid] : []));
    const counted = { leaves: copied, since };
    return (await refuseSharedKeys(target, { projected, rows, scope, counted })).report;
  });
}

/** @throws SyncFailure `SourceChanged` when the relation changed just now */
async function catchUpRelation(
  connector: OpenConnector,
  { job, round }: CatchUpInput,
  { name, projection, rows }: ProjectedRelation,
  scope: ActivityScope,
): Promise<RelationReport> {
  if (!('leaves' in rows)) throw new Error(`${name} has no leaves`);
  const version = passVersion(job, 'catchUp', round);
  const started = performance.now();
  const written = await withWriter(connector, job, scope.signal, async (writer) => {
    const target = { connector, job, writer, relation: name, version, signal: scope.signal };
    const options = { ...copyOptions(target, projection), since: job };
    const { tree } = projection;
    const pieces =
      tree === undefined
        ? copyChangedRows(connector.source, { ...options, ...rows })
        : copyChangedTrees(connector.source, { ...options, rows, tree, withOwn: true });
    return (await writePieces(pieces, target)).acknowledged;
  });
  return { ...toReport(name, written), seconds: (performance.now() - started) / 1_000 };
}

function isAsPlanned({ relation, definition }: ProjectedRelation, planned: PlannedRelation): boolean {
  // Read in one snapshot: rows that moved to other files since were there, too.
  if (planned.whole === true) return definition === planned.definition;
  const files = new Map(relation.leaves.map(({ oid, fileNode }) => [oid, fileNode]));
  const isSame = ([oid, fileNode]: PlannedLeaf) => files.get(oid) === fileNode;
  return definition === planned.definition && files.size === planned.leaves.length && planned.leaves.every(isSame);
}
