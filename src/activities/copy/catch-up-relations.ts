import { copyChangedRows } from '../../postgres/rows/copy-rows';
import { hasChangedSince } from '../../postgres/server/changed-since';
import { copyChangedTrees } from '../../postgres/tree-rows/copy-changed-trees';
import { SyncFailure } from '../../sync/failures';
import { isReadAsWhole, mayShareIds } from '../../sync/relation';
import { toRelationFailure } from '../../sync/relation-failure';
import { emptyReport, type RelationReport, toFailedReport } from '../../sync/report';
import { type PlannedLeaf, type PlannedRelation, sinceOf } from '../../sync/sync-plan';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CatchUpInput } from '../contract/activity-inputs';
import type { CatchUpResult } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import type { ProjectedRelation } from '../plan/projected-relation';
import { readRelations } from '../plan/read-source';
import { requireAllRead } from '../plan/require-all-read';
import { copyOptions } from './copy-options';
import { withWriter } from './with-writer';
import { sharedKeysOf, writeUnshared } from './write-unshared';

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
    // Planned by an earlier version: nobody has looked for the keys that its rows share.
    if (mayShareIds(projected.relation) && planned.sharesKeys !== true) {
      changed.push(name);
      continue;
    }
    try {
      if (!isQuiet) reports.push(await catchUpRelation(connector, input, { planned, projected }, scope));
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

/**
 * Rows of several leaves may share a key: those that do in this very snapshot become dead letters.
 * @throws SyncFailure `SourceChanged` when the relation changed just now
 */
async function catchUpRelation(
  connector: OpenConnector,
  { job, round }: CatchUpInput,
  { planned, projected }: { readonly planned: PlannedRelation; readonly projected: ProjectedRelation },
  scope: ActivityScope,
): Promise<RelationReport> {
  const { name, projection, rows, relation } = projected;
  if (!('leaves' in rows)) throw new Error(`${name} has no leaves`);
  const version = passVersion(job, 'catchUp', round);
  const copied = planned.leaves.flatMap(([oid, , , copy]) => (copy === 1 ? [oid] : []));
  const sharedKeys = sharedKeysOf(connector, relation, { leaves: copied, since: sinceOf(planned), start: job });
  const started = performance.now();
  const report = await withWriter(connector, job, scope.signal, (writer) => {
    const target = { connector, job, writer, relation: name, version, signal: scope.signal, key: relation.key };
    const options = { ...copyOptions(target, projection), since: job };
    const { tree } = projection;
    const pieces =
      tree === undefined
        ? copyChangedRows(connector.source, { ...options, ...rows, sharedKeys })
        : copyChangedTrees(connector.source, { ...options, rows, tree, withOwn: true });
    return writeUnshared(pieces, target);
  });
  return { ...report, seconds: (performance.now() - started) / 1_000 };
}

function isAsPlanned({ relation, definition }: ProjectedRelation, planned: PlannedRelation): boolean {
  // Read in one snapshot: rows that moved to other files since were there, too.
  if (planned.whole === true) return definition === planned.definition;
  const files = new Map(relation.leaves.map(({ oid, fileNode }) => [oid, fileNode]));
  const isSame = ([oid, fileNode]: PlannedLeaf) => files.get(oid) === fileNode;
  return definition === planned.definition && files.size === planned.leaves.length && planned.leaves.every(isSame);
}
