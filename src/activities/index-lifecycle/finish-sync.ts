import type { Client } from '@elastic/elasticsearch';

import { requireSameIndex } from '../../elasticsearch/answers/require-same-index';
import { countDeadLetters } from '../../elasticsearch/dead-letters/count-dead-letters';
import { pruneDeadLetters } from '../../elasticsearch/dead-letters/prune-dead-letters';
import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { restoreSettings } from '../../elasticsearch/index/load-mode';
import { writeState } from '../../elasticsearch/index/state-store';
import { havePipelinesChanged } from '../../elasticsearch/pipelines/have-pipelines-changed';
import { isCloneOf } from '../../elasticsearch/replacement/settle-as-index';
import type { Source } from '../../postgres/connection/source';
import { withTransaction } from '../../postgres/connection/transaction';
import { readLastCommit } from '../../postgres/server/last-commit';
import { probeSource } from '../../postgres/server/probe-source';
import { SyncFailure } from '../../sync/failures';
import { type ConnectorState, type IndexState, type RelationState, stateInDoubt } from '../../sync/index-state';
import { isOneOfMany, narrowToIndex } from '../../sync/indices/index-naming';
import type { PlannedRelation, SyncJob, SyncPlan } from '../../sync/sync-plan';
import { newestVersion } from '../../sync/write-version';
import { removeAdopted } from '../adoption/remove-adopted';
import { withoutClaims } from '../claims/claim-relations';
import type { OpenConnector } from '../connector/connector-registry';
import type { FinishInput } from '../contract/activity-inputs';
import type { FinishedIndex } from '../contract/activity-results';
import { pipelineSubject } from '../plan/find-pipelines';
import { bringClaims, claimRebuilt } from './bring-claims';
import { findSettled, letServe } from './let-serve';

/**
 * Puts the index's settings back, lets a rebuilt index serve, and saves from where the next sync must read changes.
 * State comes last: whatever fails before makes the next sync do more, never less. Where relations could not be synced,
 * the state of all that was left alone stays as it is. Where ingest pipelines changed meanwhile, nobody knows which of
 * them made which document: no watermark is saved.
 */
export async function finishSync(
  connector: OpenConnector,
  { plan, failed = [], foreign }: FinishInput,
): Promise<FinishedIndex> {
  const { job } = plan;
  const { elasticsearch } = connector;
  const filled = await requireServing(elasticsearch, job);
  const synced = plan.relations.filter(({ name }) => !failed.includes(name));
  const { relations, dropped } = plan;
  const cleared = { relations: failed.length > 0 ? synced : relations, dropped, onlyThese: failed.length > 0 };
  await pruneRejections(connector, job, { ...cleared, target: filled.concrete });
  await restoreSettings(elasticsearch, filled.concrete);
  if (job.rebuild) await bringClaims(connector, job, filled.concrete);
  const { serving, notes } = job.rebuild ? await letServe(elasticsearch, job) : { serving: filled, notes: [] };
  if (job.rebuild) await claimRebuilt(connector, plan, serving);
  const adopted = job.adopt === true && failed.length === 0 ? [await removeAdopted(connector, serving)] : [];
  const source = await readSourceState(connector.source);
  const haveChanged = await havePipelinesChanged(elasticsearch, pipelineSubject(connector, serving), job.pipelines);
  const forgotten = failed.length > 0 ? [] : plan.dropped;
  const update = (state: IndexState): IndexState => {
    const saved = state.connectors[job.connectorId];
    const before = saved?.relations ?? {};
    const remembered = foreign ?? saved?.foreign ?? 0;
    const stateOf = haveChanged ? stateInDoubt : (relation: PlannedRelation) => relationState(relation, job);
    const relations = Object.fromEntries(synced.map((relation) => [relation.name, stateOf(relation)]));
    const after: ConnectorState = {
      // A stream may have saved a newer one meanwhile.
      version: Math.max(saved?.version ?? 0, newestVersion(job)),
      ...source,
      index: serving.identity,
      ...(job.soleRelation === undefined ? {} : { soleRelation: job.soleRelation }),
      ...(remembered === 0 ? {} : { foreign: remembered }),
      ...(saved?.followed === undefined ? {} : { followed: withoutClaims(saved.followed, forgotten) }),
      relations: failed.length > 0 ? { ...keptStates(before, plan, haveChanged), ...relations } : relations,
    };
    return { ...state, connectors: { ...state.connectors, [job.connectorId]: after } };
  };
  await writeState(elasticsearch, serving.concrete, update, 'put');
  connector.memory.forget();
  if (failed.length === 0 && !isOneOfMany(connector.settings)) connector.meter.synced();
  return { notes: [...notes, ...adopted, ...(haveChanged ? [PIPELINES_CHANGED] : [])] };
}

const PIPELINES_CHANGED =
  'The ingest pipelines of the index, or their definitions, changed while the sync ran: the next sync reads every ' +
  'row again and checks what becomes of it.';

/** Watermarks of another history of the database would be believed once this one's identity is saved. */
function keptStates(
  before: ConnectorState['relations'],
  { untrusted }: SyncPlan,
  haveChanged: boolean,
): ConnectorState['relations'] {
  const forget = ({ rule, unproven }: RelationState): RelationState => ({
    ...(rule === undefined ? {} : { rule }),
    ...(unproven === undefined ? {} : { unproven }),
  });
  const entries = Object.entries(before).map(([name, state]) => {
    const kept = untrusted === true ? forget(state) : state;
    return [name, haveChanged ? { ...kept, unproven: true as const } : kept] as const;
  });
  return Object.fromEntries(entries);
}

/** An alias that was moved while the sync ran took its writes elsewhere: its watermarks would speak of an index without them. */
async function requireServing(elasticsearch: Client, job: SyncJob): Promise<IndexDescription> {
  const { index, concreteIndex, behindAlias, indexUuid } = job;
  if (indexUuid !== undefined) await requireSameIndex(elasticsearch, concreteIndex, indexUuid);
  const serving =
    (await describeIndex(elasticsearch, behindAlias ? index : concreteIndex)) ??
    (await findSettled(elasticsearch, job));
  if (serving !== undefined && (serving.concrete === concreteIndex || isCloneOf(serving, concreteIndex)))
    return serving;
  const now = serving === undefined ? 'gone' : `on ${serving.concrete}`;
  const message = behindAlias
    ? `The alias ${index} stood on ${concreteIndex} when the sync was planned, and is ${now}.`
    : `The index ${concreteIndex} was there when the sync was planned, and is ${now}.`;
  throw new SyncFailure('DestinationChanged', message);
}

/** Read after all rows: whoever knows of the last commit has everything that this sync saw. */
async function readSourceState(source: Source): Promise<Pick<ConnectorState, 'source' | 'lastCommit'>> {
  const { identity, trackCommitTimestamp } = await probeSource(source);
  const lastCommit = trackCommitTimestamp ? await withTransaction(source, readLastCommit) : undefined;
  return { source: identity, ...(lastCommit === undefined ? {} : { lastCommit }) };
}

function relationState(
  { definition, leaves, rule }: PlannedRelation,
  { watermark, unseen, version }: SyncJob,
): RelationState {
  return {
    watermark,
    version,
    ...(unseen === undefined ? {} : { unseen }),
    ...(rule === undefined ? {} : { rule }),
    definition,
    leaves: Object.fromEntries(leaves.map(([oid, fileNode]) => [String(oid), fileNode])),
  };
}

interface Cleared {
  readonly relations: readonly PlannedRelation[];
  /** Relations that are no longer synced. */
  readonly dropped: readonly string[];
  /** Dead letters of all other relations stay. */
  readonly onlyThese: boolean;
  /** The concrete index. */
  readonly target: string;
}

/**
 * Dead letters of rows that were read again, or whose document is in the index by now, are out of date. Of those of
 * dropped rows the survey has seen to, but for relations that are no longer synced.
 */
async function pruneRejections(
  { elasticsearch, settings }: Pick<OpenConnector, 'elasticsearch' | 'settings'>,
  job: SyncJob,
  { relations, dropped, onlyThese, target }: Cleared,
): Promise<void> {
  const index = deadLetterIndexName(job);
  const planned = new Map(relations.map((relation) => [relation.name, relation]));
  const asked = narrowToIndex(settings, [...planned.keys(), ...dropped]);
  const counts = await countDeadLetters(elasticsearch, index, job.connectorId, asked);
  for (const relation of counts.keys()) {
    if (onlyThese && !planned.has(relation)) continue;
    const isPlanned = planned.has(relation);
    const wasCopied = planned.get(relation)?.leaves.every(([, , , copy]) => copy === 1) ?? true;
    await pruneDeadLetters(elasticsearch, index, {
      connectorId: job.connectorId,
      relation,
      target,
      ...(isPlanned ? { kind: 'rejected' as const } : {}),
      ...(wasCopied ? { olderThan: job.version } : {}),
    });
  }
}
