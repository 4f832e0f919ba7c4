import type { ConnectorSettings } from '../../config/settings/settings';
import { totalFields } from '../../documents/index-mapping';
import { type Difference, findAdaptation } from '../../elasticsearch/adaptation/find-adaptation';
import { readSectionInPlace } from '../../elasticsearch/adaptation/section-in-place';
import type { LostValue, Settings } from '../../elasticsearch/blueprint/index-content';
import { findNewestVersion } from '../../elasticsearch/dead-letters/find-newest-version';
import { requireNoRouting } from '../../elasticsearch/fit/require-fit';
import { chooseIds } from '../../elasticsearch/index/choose-ids';
import { describeChange, describeLeftBehind, listComingAlong } from '../../elasticsearch/index/describe-design';
import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { designIndex } from '../../elasticsearch/index/design-index';
import { concreteIndexName, deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { requirePlainName, requireReplaceable } from '../../elasticsearch/replacement/require-replaceable';
import type { Horizon } from '../../postgres/server/watermark';
import type { IndexMapping } from '../../sync/field-mapping';
import { type IndexChoice, isOneOfMany } from '../../sync/indices/index-naming';
import { notePipelines } from '../../sync/pipelines';
import { joinFailures } from '../../sync/relation-failure';
import type { SyncJob, SyncPlan } from '../../sync/sync-plan';
import { chooseVersion } from '../../sync/write-version';
import { findAdoption } from '../adoption/find-adoption';
import { type FollowedPlan, untilLeavesStand } from '../claims/until-leaves-stand';
import type { OpenConnector } from '../connector/connector-registry';
import type { PlanRequest } from '../contract/activity-inputs';
import { checkBasicRules } from './check-basic-rules';
import { checkColumnNames } from './check-column-names';
import { checkRulesInEffect } from './check-rules-in-effect';
import { findPipelines } from './find-pipelines';
import { fitRelations } from './fit-relations';
import { partReadable } from './part-readable';
import { planRelation } from './plan-relation';
import type { ProjectedRelation } from './projected-relation';
import { readSource, type SourceView } from './read-source';
import { takeHorizon } from './take-horizon';
import { trustedState } from './trusted-state';
import { viewsOfIndices } from './views-of-indices';
import { wantIndex } from './want-index';

const MICROSECONDS_PER_MS = 1_000;

/** An index that the sync makes. */
export interface PlannedIndex {
  /** All that comes along from the index that is rebuilt: `alias shop-items`, `index.refresh_interval`, `field title`. */
  readonly comesAlong: readonly string[];
  /** Values that lose against others, each with its source. */
  readonly lost: readonly LostValue[];
  /** Sentences about all that stays behind for good. */
  readonly leftBehind: readonly string[];
  /** Every setting that it will have, as far as it is known. */
  readonly settings: Settings;
  /** Whether the credentials may ask what index templates give. */
  readonly knowsTemplate: boolean;
}

/** A plan, and what it was made from: what `pgferry plan` prints and `prepareIndex` acts on. */
export interface SyncDescription {
  readonly plan: SyncPlan;
  readonly relations: readonly ProjectedRelation[];
  readonly mapping: IndexMapping;
  readonly totalFields: number;
  /** Partitions that are copied at a time. */
  readonly concurrency: number;
  /** Absent where the sync makes the index. */
  readonly index?: IndexDescription;
  /** Values of the index that is there which are not what the connector's section `index` says. */
  readonly differences: readonly Difference[];
  /** Values of that section which it will not have, since pgferry needs others. */
  readonly lost: readonly LostValue[];
  /** Present where the sync makes the index. */
  readonly newIndex?: PlannedIndex;
}

/** A connector's source as one look saw it, and the horizon from before that. */
export interface SeenSource {
  readonly horizon: Horizon;
  readonly view: SourceView;
  /** What concerns the tables of the index that settings name. */
  readonly viewOf: (settings: IndexChoice) => SourceView;
}

/** Reads the source once, for the plans of one index or of many. */
export async function seeSource(connector: OpenConnector): Promise<SeenSource> {
  // The horizon comes first: whatever changes from here on is read again by the catch-up or by the next sync, and
  // whoever begins to write from here on has a newer version.
  const { horizon, settled } = await takeHorizon(connector);
  const [view] = await Promise.all([readSource(connector, startOf(horizon)), settled]);
  return { horizon, view, viewOf: viewsOfIndices(connector.settings, view) };
}

/**
 * Plans a sync; reads both servers and changes nothing.
 * @param seen - what all indices of the connector share; absent: the source is read
 * @throws SyncFailure that names every relation which can't be read, and every field whose type the index can't take
 */
export async function planSync(
  connector: OpenConnector,
  request: PlanRequest,
  seen?: SeenSource,
): Promise<SyncDescription> {
  let known = seen;
  const plan = async () => {
    const planned = await planOnce(connector, request, known);
    // Whoever plans again looks again.
    known = undefined;
    return planned;
  };
  return (await untilLeavesStand(plan)).description;
}

interface Planned extends FollowedPlan {
  readonly description: SyncDescription;
}

async function planOnce(connector: OpenConnector, request: PlanRequest, seen?: SeenSource): Promise<Planned> {
  const { horizon, viewOf } = seen ?? (await seeSource(connector));
  const view = viewOf(connector.settings);
  const existing = await describeIndex(connector.elasticsearch, connector.settings.indexName);
  if (request.options.rebuild === true && existing !== undefined) {
    const { rebuildAs: as } = request.options;
    await requireReplaceable(connector.elasticsearch, { ...existing, connectorId: connector.settings.id, as });
    requirePlainName(existing, as);
  }
  const { id } = connector.settings;
  const parted = partReadable(connector.settings, view, existing?.state.connectors[id], request.options.forget ?? []);
  const isElsewhere = () => parted.failed.length > 0 || isOneOfMany(connector.settings);
  await checkBasicRules(connector.settings, connector.source, parted.relations, isElsewhere);
  checkColumnNames(connector.settings, parted.relations, isElsewhere);
  const index = request.options.rebuild === true ? undefined : existing;
  const state = index?.state.connectors[id];
  if (request.jobType === 'incremental') checkRulesInEffect(connector.settings, parted, state);
  if (index !== undefined) requireNoRouting(index.content, `The index ${index.concrete}`);
  const ids = await chooseIds(connector.elasticsearch, index, {
    connectorId: id,
    indexName: connector.settings.indexName,
    byKey: connector.settings.documents.id === 'key',
    relations: [...parted.relations.map(({ name }) => name), ...parted.failed.map(({ relation }) => relation)],
  });
  const adoption = index === undefined ? {} : await findAdoption(connector, request, index);
  const fitted = fitRelations(parted.relations, index, new Set(Object.keys(state?.relations ?? {})));
  const { relations, mapping } = fitted;
  const failed = [...parted.failed, ...fitted.failed];
  // What can't be completed is not begun: a rebuild swaps all or nothing.
  if (failed.length > 0 && (relations.length === 0 || request.options.rebuild === true)) {
    throw joinFailures(id, failed, relations.length + failed.length);
  }
  const isUnfamiliar = state?.index !== undefined && state.index !== index?.identity;
  const trusted = isUnfamiliar ? undefined : await trustedState(connector.source, view.probe, state);
  const job = await planJob(connector, request, { horizon, existing, isUnfamiliar });
  const design = job.newIndex ? await planIndex(connector, job, relations, existing) : undefined;
  const pipelines = await findPipelines(connector, index ?? design ?? { settings: {} });
  const works = pipelines === undefined ? {} : { pipelines };
  const notes = [...(design?.leftBehind ?? []), ...notePipelines(pipelines, id)];
  const planned = relations.map((projected) => planRelation(projected, trusted, { ...horizon, ...works }, state));
  const description = {
    plan: {
      job: { ...job, ...ids, ...works, ...adoption },
      relations: planned,
      skipped: view.skipped,
      dropped: parted.dropped,
      ...(failed.length > 0 ? { failed } : {}),
      ...(trusted === undefined ? { untrusted: true } : {}),
      ...(notes.length === 0 ? {} : { notes }),
    },
    relations,
    mapping,
    totalFields: totalFields(mapping),
    concurrency: connector.settings.limits.concurrency,
    ...planAdaptation(connector.settings, index, mapping),
    ...(index === undefined ? {} : { index }),
    ...(design === undefined ? {} : { newIndex: design }),
  } satisfies SyncDescription;
  return { description, relations: planned, followed: existing?.state.connectors[id]?.followed ?? {} };
}

function planAdaptation(
  { indexContent: section }: ConnectorSettings,
  index: IndexDescription | undefined,
  mapping: IndexMapping,
): Pick<SyncDescription, 'differences' | 'lost'> {
  if (section === undefined || index === undefined) return { differences: [], lost: [] };
  const { content, lost } = readSectionInPlace(index, { mapping, totalFields: totalFields(mapping) }, section);
  return { differences: findAdaptation(index.content, content).differences, lost };
}

async function planIndex(
  { elasticsearch, settings }: OpenConnector,
  job: SyncJob,
  relations: readonly ProjectedRelation[],
  old: IndexDescription | undefined,
): Promise<PlannedIndex> {
  const wanted = wantIndex(
    settings,
    job,
    relations.map(({ projection }) => projection),
  );
  const design = await designIndex(elasticsearch, { ...wanted, ...(old === undefined ? {} : { old }) });
  return {
    comesAlong: old === undefined ? [] : listComingAlong(design, old),
    lost: design.blueprint.lost,
    leftBehind: old === undefined ? [] : [...describeLeftBehind(design, old), ...describeChange(old, job.rebuildAs)],
    settings: design.settings,
    knowsTemplate: design.knowsTemplate,
  };
}

interface JobBasis {
  readonly horizon: Horizon;
  readonly existing: IndexDescription | undefined;
  readonly isUnfamiliar: boolean;
}

async function planJob(
  { settings, definition, elasticsearch }: OpenConnector,
  request: PlanRequest,
  { horizon, existing, isUnfamiliar }: JobBasis,
): Promise<SyncJob> {
  const { indexName, id, deadLetters } = settings;
  // Those of an index that is rebuilt count as well: its dead letters are the new one's, too.
  const ofDocuments = existing?.state.connectors[id]?.version;
  const ofDeadLetters = await findNewestVersion(
    elasticsearch,
    deadLetterIndexName({ index: indexName, deadLetters }),
    id,
  );
  const rebuild = request.options.rebuild === true;
  const newIndex = rebuild || existing === undefined;
  return {
    connectorId: id,
    jobType: request.jobType,
    jobId: request.jobId,
    definition,
    startedAt: startOf(horizon),
    watermark: horizon.watermark,
    ...(horizon.unseen === undefined ? {} : { unseen: horizon.unseen }),
    version: chooseVersion(horizon.clock, [ofDocuments, ofDeadLetters]),
    index: indexName,
    ...(deadLetters === undefined ? {} : { deadLetters }),
    concreteIndex: newIndex ? concreteIndexName(indexName, request.jobId) : existing.concrete,
    behindAlias: rebuild ? false : newIndex || existing.viaAlias,
    ...(newIndex || existing.viaAlias ? {} : { indexUuid: existing.uuid }),
    newIndex,
    rebuild,
    ...(rebuild && request.options.rebuildAs !== undefined ? { rebuildAs: request.options.rebuildAs } : {}),
    ...(isUnfamiliar ? { unfamiliar: true } : {}),
    ...(request.options.retryDropped === true ? { retryDropped: true } : {}),
  };
}

/** The moment of a horizon, ISO 8601. */
function startOf({ clock }: Horizon): string {
  return new Date(clock / MICROSECONDS_PER_MS).toISOString();
}
