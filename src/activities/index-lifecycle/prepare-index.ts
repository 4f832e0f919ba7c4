import { buildMapping, totalFields } from '../../documents/index-mapping';
import { adaptIndex } from '../../elasticsearch/adaptation/adapt-index';
import { readSectionInPlace } from '../../elasticsearch/adaptation/section-in-place';
import { createIndex } from '../../elasticsearch/index/create-index';
import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { extendIndex } from '../../elasticsearch/index/extend-index';
import { removeUnlessFit } from '../../elasticsearch/index/require-made-fit';
import { writeState } from '../../elasticsearch/index/state-store';
import { checkAliasFilters } from '../../elasticsearch/replacement/move-aliases';
import { SyncFailure } from '../../sync/failures';
import { type Claims, withClaims } from '../../sync/followed-definitions';
import type { ConnectorState, IndexState, RelationState } from '../../sync/index-state';
import type { WorkingPipelines } from '../../sync/pipelines';
import type { PlannedRelation, SyncJob, SyncPlan } from '../../sync/sync-plan';
import { newestVersion } from '../../sync/write-version';
import { claimRelations, findToClaim, NOTHING_TO_CLAIM } from '../claims/claim-relations';
import type { OpenConnector } from '../connector/connector-registry';
import type { PreparedIndex } from '../contract/activity-results';
import { findPipelines } from '../plan/find-pipelines';
import type { ProjectedRelation } from '../plan/projected-relation';
import { readRelations } from '../plan/read-source';
import { wantIndex } from '../plan/want-index';
import { bringClaims } from './bring-claims';

/**
 * Makes the index, or extends the one that is there, and takes the watermark off every relation that will be copied
 * before its first write: a copy that is broken off must not look like a complete one.
 */
export async function prepareIndex(connector: OpenConnector, { job, relations }: SyncPlan): Promise<PreparedIndex> {
  const { relations: projected, failed } = await readRelations(connector, relations, job.startedAt);
  const failedNames = new Set(failed.map(({ relation }) => relation));
  const readable = relations.filter(({ name }) => !failedNames.has(name));
  const old = job.rebuild ? await describeIndex(connector.elasticsearch, job.index) : undefined;
  const pipelines = job.newIndex ? await makeIndex(connector, job, projected, old) : undefined;
  const found = pipelines === undefined ? {} : { pipelines };
  await extendForRelations(connector, { ...job, ...found }, readable, projected, { areAnew: false });
  if (job.rebuild) await bringClaims(connector, job, job.concreteIndex);
  const notes = job.newIndex ? [] : await adaptToSection(connector, job, projected);
  return {
    failed,
    ...(notes.length === 0 ? {} : { notes }),
    ...(job.newIndex ? { pipelines: pipelines ?? null } : {}),
  };
}

/** @returns the ingest pipelines that work on it */
async function makeIndex(
  connector: OpenConnector,
  job: SyncJob,
  projected: readonly ProjectedRelation[],
  old: IndexDescription | undefined,
): Promise<WorkingPipelines | undefined> {
  const { elasticsearch } = connector;
  const wanted = wantIndex(
    connector.settings,
    job,
    projected.map(({ projection }) => projection),
  );
  const made = await createIndex(elasticsearch, {
    ...wanted,
    behindAlias: job.behindAlias,
    loading: true,
    ...(old === undefined ? {} : { old }),
  });
  if (old !== undefined) await checkAliasFilters(elasticsearch, old, job.concreteIndex);
  // Nothing has been written to it yet, but by an attempt of this very activity: which found them, or removed it.
  return removeUnlessFit(elasticsearch, made.concrete, () => findPipelines(connector, made));
}

/** @returns a sentence about each value of the connector's section `index` that only a rebuild can give */
async function adaptToSection(
  { elasticsearch, settings: { indexContent } }: OpenConnector,
  job: SyncJob,
  projected: readonly ProjectedRelation[],
): Promise<string[]> {
  if (indexContent === undefined) return [];
  const index = await describeIndex(elasticsearch, job.concreteIndex);
  if (index === undefined) return [];
  const { mapping } = buildMapping(projected.map(({ projection }) => projection));
  const extension = { mapping, totalFields: totalFields(mapping) };
  return adaptIndex(elasticsearch, index, readSectionInPlace(index, extension, indexContent).content);
}

/**
 * Adds the fields that relations need to the sync's index, and takes the watermark off those to be copied. Claims what a
 * stream has written, or will where the index is made by a rebuild, under other definitions.
 * @param areAnew - the relations changed while they were read: their rows may have been exchanged under the same definition
 */
export async function extendForRelations(
  connector: OpenConnector,
  job: SyncJob,
  relations: readonly PlannedRelation[],
  projected: readonly ProjectedRelation[],
  { areAnew }: { readonly areAnew: boolean },
): Promise<void> {
  const { elasticsearch } = connector;
  const index = await describeIndex(elasticsearch, job.behindAlias ? job.index : job.concreteIndex);
  const isSame = job.indexUuid === undefined || index?.uuid === job.indexUuid;
  if (index?.concrete !== job.concreteIndex || !isSame) {
    const message = `The index ${job.index} was deleted or replaced since the sync was planned.`;
    throw new SyncFailure('MappingConflict', message, 'Start the sync again.');
  }
  const { mapping } = buildMapping(projected.map(({ projection }) => projection));
  await extendIndex(elasticsearch, index, { mapping, totalFields: totalFields(mapping) });
  const isMarked = ({ leaves, whole }: PlannedRelation) => whole === true || leaves.some(([, , , copy]) => copy === 1);
  const own = index.state.connectors[job.connectorId];
  const toClaim = own === undefined ? NOTHING_TO_CLAIM : findToClaim(own, relations, { areAnew });
  const newest = Math.max(own?.version ?? 0, newestVersion(job));
  // A watermark that is not taken off is one that a copy which is broken off would leave behind.
  const durability = relations.some(isMarked) ? 'seen' : 'put';
  await claimRelations(connector, toClaim, newest, (claims) =>
    writeState(elasticsearch, job.concreteIndex, (state) => markCopied(state, job, relations, claims), durability),
  );
}

function markCopied(
  state: IndexState,
  job: SyncJob,
  relations: readonly PlannedRelation[],
  claims: Claims,
): IndexState {
  const before = state.connectors[job.connectorId];
  const mark = (relation: PlannedRelation) => {
    const saved = before?.relations[relation.name];
    return relation.whole === true ? beforeWholeCopy(relation, job) : withoutCopiedLeaves(relation, saved);
  };
  const marked = Object.fromEntries(relations.map((relation) => [relation.name, mark(relation)]));
  const after: ConnectorState = {
    ...before,
    // A stream may have saved a newer one since the sync was planned.
    version: Math.max(before?.version ?? 0, newestVersion(job)),
    ...(before?.followed === undefined ? {} : { followed: withClaims(before.followed, claims) }),
    ...(job.soleRelation === undefined ? {} : { soleRelation: job.soleRelation }),
    relations: { ...before?.relations, ...marked },
  };
  return { ...state, connectors: { ...state.connectors, [job.connectorId]: after } };
}

/**
 * Where a pipeline may spoil documents, or may have, their fingerprints count again when this sync has completed,
 * however it ends. What a sync without pipelines leaves in an index of its own is as it was sent.
 */
function beforeWholeCopy({ rule, unproven }: PlannedRelation, { pipelines, newIndex }: SyncJob): RelationState {
  const isInDoubt = pipelines !== undefined || (unproven === true && !newIndex);
  return { ...(rule === undefined ? {} : { rule }), ...(isInDoubt ? { unproven: true } : {}) };
}

/** A relation that is only refreshed keeps its watermark; of one that is copied in part, only the leaves that are not. */
function withoutCopiedLeaves({ since, leaves }: PlannedRelation, before: RelationState | undefined): RelationState {
  if (since === undefined || before === undefined) return {};
  const kept = leaves.filter(([, , , copy]) => copy === 0).map(([oid, fileNode]) => [String(oid), fileNode] as const);
  return { ...before, leaves: Object.fromEntries(kept) };
}
