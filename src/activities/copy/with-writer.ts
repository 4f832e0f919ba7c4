import { type BulkWriter, createBulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import type { BulkWriterOptions, WriterWatch } from '../../elasticsearch/bulk-writer/bulk-writer-options';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { withTransaction } from '../../postgres/connection/transaction';
import { findPrimary } from '../../postgres/server/find-primary';
import { readMoment } from '../../postgres/server/read-moment';
import type { SyncJob } from '../../sync/sync-plan';
import { newestVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';

/**
 * Runs work with a bulk writer of its own, which ends with it: what is not acknowledged by then is given up.
 * @param beside - how a stream judges conflicts; a sync counts what one may have written up to now as superseding it
 */
export async function withWriter<Result>(
  connector: OpenConnector,
  job: SyncJob,
  signal: AbortSignal,
  work: (writer: BulkWriter) => Promise<Result>,
  beside?: Pick<BulkWriterOptions, 'newestOfOthers' | 'onConflict'> & Pick<WriterWatch, 'mayDelete'>,
): Promise<Result> {
  const { settings, elasticsearch, meter } = connector;
  const { pipeline } = settings;
  const { mayDelete, ...others } =
    beside ?? (settings.continuous === undefined ? {} : { newestOfOthers: await followClock(connector) });
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
    ...others,
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(pipelines === undefined ? {} : { watch: { pipelines, index, firstVersion, ...(mayDelete && { mayDelete }) } }),
  });
  try {
    return await work(writer);
  } finally {
    await writer.close();
  }
}

const MICROSECONDS_PER_MS = 1_000;
/** What this machine's clock may be slower than PostgreSQL's over an hour. */
const DRIFT_MICROSECONDS = 1_000_000;

/** PostgreSQL's clock, in microseconds since 1970, told on by this process. */
async function followClock(connector: OpenConnector): Promise<() => number> {
  const { clock } = await withTransaction(await findPrimary(connector), readMoment);
  const at = performance.now();
  return () => clock + Math.ceil((performance.now() - at) * MICROSECONDS_PER_MS) + DRIFT_MICROSECONDS;
}
