import { type BulkWriter, createBulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { newestVersion, type SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';

/** A bulk writer for one activity of a sync. */
export function openWriter(connector: OpenConnector, job: SyncJob, signal: AbortSignal): BulkWriter {
  const { pipeline } = connector.settings;
  return createBulkWriter({
    client: connector.elasticsearch,
    target: job.behindAlias ? job.index : job.concreteIndex,
    requireAlias: job.behindAlias,
    deadLetters: deadLetterIndexName(job.index),
    connectorId: job.connectorId,
    jobId: job.jobId,
    newestVersion: newestVersion(job),
    signal,
    observer: connector.meter.bulk,
    ...(pipeline === undefined ? {} : { pipeline }),
  });
}
