import { type BulkWriter, createBulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { SyncJob } from '../../sync/sync-plan';
import { newestVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';

/** Runs work with a bulk writer of its own, which ends with it: what is not acknowledged by then is given up. */
export async function withWriter<Result>(
  { settings: { pipeline }, elasticsearch, meter }: OpenConnector,
  job: SyncJob,
  signal: AbortSignal,
  work: (writer: BulkWriter) => Promise<Result>,
): Promise<Result> {
  const { pipelines, concreteIndex: index, version: firstVersion } = job;
  const writer = createBulkWriter({
    client: elasticsearch,
    target: job.behindAlias ? job.index : job.concreteIndex,
    requireAlias: job.behindAlias,
    ...(job.indexUuid === undefined ? {} : { requireUuid: job.indexUuid }),
    deadLetters: deadLetterIndexName(job),
    connectorId: job.connectorId,
    jobId: job.jobId,
    newestVersion: newestVersion(job),
    signal,
    observer: meter.bulk,
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(pipelines === undefined ? {} : { watch: { pipelines, index, firstVersion } }),
  });
  try {
    return await work(writer);
  } finally {
    await writer.close();
  }
}
