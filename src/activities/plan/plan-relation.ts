import { type ConnectorState, findUsableSince } from '../../sync/index-state';
import { isReadAsWhole, type Leaf, mayShareIds } from '../../sync/relation';
import type { PlannedRelation, SyncJob } from '../../sync/sync-plan';
import type { Since } from '../../sync/unseen-transactions';
import type { ProjectedRelation } from './projected-relation';

/**
 * Chooses what to read of a relation: rows changed since the last sync where its watermark can be trusted, else all.
 * @param state - the connector's state, if it speaks of this database
 * @param now - the sync's own horizon, and the pipelines that work on its documents
 * @param saved - the connector's state, whatever database it speaks of
 */
export function planRelation(
  { name, relation, definition, rule }: Pick<ProjectedRelation, 'name' | 'relation' | 'definition' | 'rule'>,
  state: ConnectorState | undefined,
  now: Since & Pick<SyncJob, 'pipelines'>,
  saved = state,
): PlannedRelation {
  if (isReadAsWhole(relation)) {
    const before = saved?.relations[name];
    // What pipelines made of a copy that was broken off has not been looked at to its end.
    const isBrokenOff = before?.definition === undefined && now.pipelines !== undefined;
    const unproven = before === undefined || before.unproven !== undefined || isBrokenOff;
    return {
      ...{ name, oid: relation.oid, definition, rows: 0, whole: true, leaves: [] },
      ...(rule === undefined ? {} : { rule }),
      ...(unproven ? { unproven } : {}),
    };
  }
  const own = state?.relations[name];
  const since = findUsableSince(own, definition, now, state?.followed?.[name]);
  const copies = (leaf: Leaf) => since === undefined || own?.leaves?.[String(leaf.oid)] !== leaf.fileNode;
  return {
    name,
    oid: relation.oid,
    definition,
    rows: Math.max(0, Math.round(relation.estimatedRows)),
    ...(since === undefined ? {} : { since: since.watermark }),
    ...(since?.unseen === undefined ? {} : { unseen: since.unseen }),
    ...(mayShareIds(relation) ? { sharesKeys: true as const } : {}),
    ...(relation.branches === undefined ? {} : { tree: true as const }),
    leaves: relation.leaves.map((leaf) => [leaf.oid, leaf.fileNode, leaf.blocks, copies(leaf) ? 1 : 0]),
  };
}
