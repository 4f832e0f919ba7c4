import { findNewestVersion } from '../../elasticsearch/dead-letters/find-newest-version';
import type { IndexDescription } from '../../elasticsearch/index/describe-index';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { writeState } from '../../elasticsearch/index/state-store';
import { findPrimary } from '../../postgres/server/find-primary';
import { readHorizon } from '../../postgres/server/watermark';
import { ALL_BUCKETS } from '../../sync/bucket-ranges';
import { idSchemeIn, type IndexState } from '../../sync/index-state';
import type { SyncJob } from '../../sync/sync-plan';
import { chooseVersion, newestVersion } from '../../sync/write-version';
import { deleteStaleDocuments } from '../compare/delete-stale-documents';
import type { OpenConnector } from '../connector/connector-registry';
import type { ActivityScope } from '../contract/activity-scope';

/** Relations whose documents go, and the index that stays. */
export interface ForgottenDocuments {
  readonly index: IndexDescription;
  readonly relations: readonly string[];
  readonly jobId: string;
}

/**
 * Deletes all documents of relations that a refreshed index holds, as a sync deletes stale ones. Then takes the relations
 * out of the index's state: what is broken off before can be repeated.
 * @returns how many were deleted
 */
export async function deleteForgotten(
  connector: OpenConnector,
  { index, relations, jobId }: ForgottenDocuments,
  scope: ActivityScope,
): Promise<number> {
  const job = await createJob(connector, index, jobId);
  let deleted = 0;
  for (const relation of relations) {
    const all = { relation, buckets: [ALL_BUCKETS] };
    for (const part of [all, { relation, buckets: [], strays: true } as const]) {
      deleted += (await deleteStaleDocuments(connector, { job, part, round: 0 }, scope)).deleted;
    }
  }
  await writeState(connector.elasticsearch, index.concrete, (state) => withoutRelations(state, job, relations));
  return deleted;
}

async function createJob(
  connector: OpenConnector,
  { concrete, uuid, state }: IndexDescription,
  jobId: string,
): Promise<SyncJob> {
  const { settings, definition, elasticsearch } = connector;
  const { id: connectorId, deadLetters } = settings;
  const place = { index: concrete, ...(deadLetters === undefined ? {} : { deadLetters }) };
  const { clock, watermark } = await readHorizon(await findPrimary(connector));
  const ofDeadLetters = await findNewestVersion(elasticsearch, deadLetterIndexName(place), connectorId);
  return {
    ...idSchemeIn(state, connectorId),
    ...{ jobType: 'full', jobId, definition, ...place },
    startedAt: new Date(clock / MICROSECONDS_PER_MS).toISOString(),
    watermark,
    version: chooseVersion(clock, [state.connectors[connectorId]?.version, ofDeadLetters]),
    concreteIndex: concrete,
    behindAlias: false,
    indexUuid: uuid,
    newIndex: false,
    rebuild: false,
  };
}

const MICROSECONDS_PER_MS = 1_000;

function withoutRelations(state: IndexState, job: SyncJob, forgotten: readonly string[]): IndexState {
  const saved = state.connectors[job.connectorId];
  if (saved === undefined) return state;
  const relations = Object.fromEntries(Object.entries(saved.relations).filter(([name]) => !forgotten.includes(name)));
  const version = Math.max(saved.version, newestVersion(job));
  return { ...state, connectors: { ...state.connectors, [job.connectorId]: { ...saved, version, relations } } };
}
