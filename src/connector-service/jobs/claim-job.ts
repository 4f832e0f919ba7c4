import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';

import { findConnectorDocument, findJobDocument } from '../../elasticsearch/connector-documents/find-documents';
import type { FoundDocument } from '../../elasticsearch/connector-documents/found-document';
import { lookAtService } from '../../elasticsearch/connector-documents/look-at-service';
import {
  changeConnector,
  changeJob,
  type Changes,
  createJob,
} from '../../elasticsearch/connector-documents/write-documents';
import { SyncFailure } from '../../sync/failures';
import type { JobTrigger, JobType } from '../../sync/job';
import { syncWorkflowId } from '../../sync/wire/workflow-names';
import { isBlank, readConnector } from '../protocol/connector-document';
import { isClaimed, type JobDocument, readJob, toRunMetadata } from '../protocol/job-document';

/** A sync that begins. */
export interface BegunSync {
  readonly connectorId: string;
  readonly jobType: JobType;
  readonly trigger: JobTrigger;
  /** Run id of the workflow's first run: tells this sync from all others. */
  readonly firstRunId: string;
  /** Of the namespace of Temporal that it runs in. */
  readonly namespaceId: string;
  /** When it was to begin by its schedule, in ISO 8601; absent: no schedule began it. */
  readonly scheduledFor?: string;
  /** Id of the job's document, where that was first; absent: the sync was started by somebody else, and makes one. */
  readonly syncJob?: string;
}

/** Tries to change what others change at the same time. */
const TRIES = 5;
/** Milliseconds after which a connector that says that a sync runs, while no job does, counts as left behind. */
const LEFT_BEHIND_MS = 3_000;
const LOOK_MS = 200;
/** Milliseconds for which the end of an own job is waited for. A service that is there writes it within a second or two. */
const OWN_END_MS = 10_000;

/**
 * Makes a sync that begins the one that runs, in the documents of its connector: no other one can be claimed until it has ended.
 * Doing it again for the same sync changes nothing.
 *
 * @returns the id of the job's document
 * @throws SyncFailure `InvalidConfig` where the connector or the job is gone, the job was run or canceled already, or another
 *   service runs one
 */
export async function claimJob(client: Client, begun: BegunSync): Promise<string> {
  const jobId = begun.syncJob ?? `pgferry-${begun.firstRunId}`;
  const claimed = await findJobDocument(client, jobId);
  if (claimed !== undefined && isOurs(readJob(claimed), begun)) return jobId;
  await occupyConnector(client, begun);
  if (begun.syncJob === undefined) await createClaimed(client, jobId, begun);
  else await claimPending(client, begun.syncJob, begun);
  return jobId;
}

function isOurs(job: JobDocument | undefined, { firstRunId }: BegunSync): boolean {
  return job?.firstRunId === firstRunId && isClaimed(job);
}

async function occupyConnector(client: Client, begun: BegunSync): Promise<void> {
  const { connectorId } = begun;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await awaitRelease(client, begun);
    if (await changeConnector(client, found, occupation(begun, found))) return;
  }
  throw contended(`connector ${connectorId}`);
}

function occupation({ trigger, jobType, scheduledFor }: BegunSync, found: FoundDocument): Changes {
  const key = jobType === 'full' ? 'last_sync_scheduled_at' : 'last_incremental_sync_scheduled_at';
  const before = found.source[key];
  const instant = scheduledFor ?? new Date().toISOString();
  const isLater = typeof before !== 'string' || !(Date.parse(before) > Date.parse(instant));
  return {
    last_sync_status: 'in_progress',
    last_sync_error: null,
    // One that was made anew, or emptied, under the job that somebody had asked for stays to be filled in.
    ...(isBlank(readConnector(found)) ? {} : { status: 'connected', error: null }),
    ...(trigger === 'schedule' && isLater ? { [key]: instant } : {}),
  };
}

/**
 * Waits until no other sync of the connector is there: another service is about to claim one, or has just ended one, or has
 * died in between; of an own one, which Temporal has ended before this one began, whoever serves the connector writes the end.
 * @throws SyncFailure `InvalidConfig` where it is gone, or another service runs a job
 */
async function awaitRelease(client: Client, begun: BegunSync): Promise<FoundDocument> {
  const { connectorId } = begun;
  const began = Date.now();
  let [occupied, since] = ['', began];
  for (;;) {
    const found = await findConnectorDocument(client, connectorId);
    if (found === undefined) throw gone(`connector ${connectorId}`);
    const isOccupied = readConnector(found).lastSyncStatus === 'in_progress';
    const other = await findOther(client, begun);
    if (other !== undefined && other.namespaceId === begun.namespaceId) {
      // Nobody may be there to write it.
      if (Date.now() - began > OWN_END_MS) return found;
    } else {
      if (!isOccupied) return found;
      if (other !== undefined) throw runElsewhere(other, begun);
      // Its other fields are changed by whoever serves it.
      const by = JSON.stringify([found.source['last_synced'], found.source['last_sync_error']]);
      if (by !== occupied) [occupied, since] = [by, Date.now()];
      if (Date.now() - since > LEFT_BEHIND_MS) return found;
    }
    await sleep(LOOK_MS);
  }
}

/** Finds another job of the connector that has not ended, as its document is: searches see ends later. */
async function findOther(client: Client, begun: BegunSync): Promise<JobDocument | undefined> {
  const { connectorId, syncJob, firstRunId } = begun;
  const { jobs } = await lookAtService(client, { ids: [connectorId] });
  for (const seen of jobs) {
    const found = isOther(seen) ? await findJobDocument(client, seen.id) : undefined;
    if (found !== undefined && isOther(found)) return readJob(found);
  }
  return undefined;

  function isOther(found: FoundDocument): boolean {
    const job = readJob(found);
    return job !== undefined && isClaimed(job) && job.id !== syncJob && job.firstRunId !== firstRunId;
  }
}

function runElsewhere({ id }: JobDocument, { connectorId }: BegunSync): SyncFailure {
  return new SyncFailure(
    'InvalidConfig',
    `Another service runs the sync job ${id} of connector ${connectorId}`,
    'Wait for its end; stop the other service, so that one serves the connector.',
  );
}

async function claimPending(client: Client, jobId: string, begun: BegunSync): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await findJobDocument(client, jobId);
    const job = found === undefined ? undefined : readJob(found);
    if (found === undefined || job === undefined) throw gone(`sync job ${jobId}`);
    if (isOurs(job, begun)) return;
    if (job.status !== 'pending' && job.status !== 'suspended') {
      throw new SyncFailure(
        'InvalidConfig',
        `The sync job ${jobId} of ${begun.connectorId} is ${job.status} already`,
        'Start another one.',
      );
    }
    if (await changeJob(client, found, claim(begun))) return;
  }
  throw contended(`sync job ${jobId}`);
}

/** A job starts from zero, also one that another service has suspended. */
function claim({ connectorId, firstRunId, namespaceId }: BegunSync) {
  const now = new Date().toISOString();
  return {
    status: 'in_progress',
    started_at: now,
    last_seen: now,
    worker_hostname: hostname(),
    error: null,
    indexed_document_count: 0,
    deleted_document_count: 0,
    indexed_document_volume: 0,
    ...toRunMetadata({ workflowId: syncWorkflowId(connectorId), firstRunId, namespaceId }),
  };
}

async function createClaimed(client: Client, jobId: string, begun: BegunSync): Promise<void> {
  const { connectorId, jobType, trigger } = begun;
  const found = await findConnectorDocument(client, connectorId);
  if (found === undefined) throw gone(`connector ${connectorId}`);
  const claimed = claim(begun);
  await createJob(client, jobId, {
    ...claimed,
    connector: toSnapshot(found),
    job_type: jobType,
    trigger_method: trigger === 'schedule' ? 'scheduled' : 'on_demand',
    created_at: claimed.started_at,
    total_document_count: 0,
  });
}

/** What Elasticsearch itself copies into a job that it makes. */
function toSnapshot({ id, source }: FoundDocument) {
  const { index_name, service_type, language, pipeline, configuration } = source;
  const { active: filtering } = readConnector({ id, source, seqNo: 0, primaryTerm: 0 });
  return { id, index_name, service_type, language, pipeline, configuration, filtering };
}

function gone(what: string): SyncFailure {
  return new SyncFailure('InvalidConfig', `The ${what} is gone from Elasticsearch`, 'Make it anew in Kibana.');
}

function contended(what: string): SyncFailure {
  return new SyncFailure('DestinationUnavailable', `The ${what} was changed by others each time it was to be`);
}
