import type { FoundDocument, FoundId } from '../../elasticsearch/connector-documents/found-document';
import type { JobType } from '../../sync/job';
import { isRecord } from '../../sync/json-value';
import { type Fields, readFields } from './connector-document';

/** Key of a job's `metadata` under which pgferry keeps which sync of Temporal it is. */
const OWN = 'pgferry';

/** A sync job's document, read with care. */
export interface JobDocument extends FoundId {
  readonly connectorId: string;
  readonly status: string;
  readonly jobType: JobType | 'access_control';
  readonly isScheduled: boolean;
  /** Run id of the first run of the workflow that has claimed the job; absent: pgferry has not. */
  readonly firstRunId?: string;
  /** Id of the namespace of Temporal that it runs in: tells services that don't share one apart. */
  readonly namespaceId?: string;
  readonly createdAt?: string;
  readonly lastSeen?: string;
  readonly error?: string;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly indexName?: string;
  readonly counts: JobCounts;
}

/** Counts of documents, and of MiB sent. */
export interface JobCounts {
  readonly indexed_document_count: number;
  readonly deleted_document_count: number;
  readonly indexed_document_volume: number;
}

/** @returns undefined for one that names no connector or has no status */
export function readJob({ source, ...found }: FoundDocument): JobDocument | undefined {
  const connector = readFields(source['connector']);
  const { id, index_name: indexName } = connector;
  const { status, job_type: jobType, trigger_method: trigger, metadata } = source;
  if (typeof id !== 'string' || typeof status !== 'string') return undefined;
  const run = readFields(readFields(metadata)[OWN]);
  return {
    ...found,
    connectorId: id,
    status,
    jobType: jobType === 'incremental' || jobType === 'access_control' ? jobType : 'full',
    isScheduled: trigger === 'scheduled',
    counts: readCounts(source),
    ...texts(run, { first_run_id: 'firstRunId', namespace_id: 'namespaceId' }),
    ...(typeof indexName === 'string' ? { indexName } : {}),
    ...texts(source, {
      created_at: 'createdAt',
      last_seen: 'lastSeen',
      error: 'error',
      started_at: 'startedAt',
      completed_at: 'completedAt',
    }),
  };
}

/** A sync of Temporal. */
export interface SyncRun {
  readonly workflowId: string;
  readonly firstRunId: string;
  readonly namespaceId: string;
}

/** The part of a job's document that says which sync of Temporal it is. */
export function toRunMetadata({ workflowId, firstRunId, namespaceId }: SyncRun): Fields {
  return {
    metadata: { [OWN]: { workflow_id: workflowId, first_run_id: firstRunId, namespace_id: namespaceId } },
  };
}

/** Whether a job is being done by a service: pgferry's, or another one. */
export function isClaimed(job: JobDocument | undefined): job is JobDocument {
  return job?.status === 'in_progress' || job?.status === 'canceling';
}

/** The settings that a job was made with: a connector's, as it was then. */
export function snapshotOf({ source }: FoundDocument): Fields {
  return readFields(source['connector']);
}

function readCounts(source: Fields): JobCounts {
  const read = (name: string) => (Number.isSafeInteger(source[name]) ? (source[name] as number) : 0);
  return {
    indexed_document_count: read('indexed_document_count'),
    deleted_document_count: read('deleted_document_count'),
    indexed_document_volume: read('indexed_document_volume'),
  };
}

function texts<Name extends string>(source: Fields, names: Readonly<Record<string, Name>>) {
  const found = Object.entries(names).flatMap(([key, name]) =>
    typeof source[key] === 'string' ? [[name, source[key]] as const] : [],
  );
  return Object.fromEntries(found) as { readonly [Key in Name]?: string };
}

/** Whether a value is an object with anything in it. */
export function isFilled(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0;
}
