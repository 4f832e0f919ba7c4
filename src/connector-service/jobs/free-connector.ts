import { findJobDocument, findLastEndedJob } from '../../elasticsearch/connector-documents/find-documents';
import type { ServiceContext } from '../context/service-context';
import type { ConnectorDocument } from '../protocol/connector-document';
import { readJob } from '../protocol/job-document';
import { endSync, type JobEnding } from './end-job';
import { findLatestRun } from './read-run';
import { askToStop } from './stop-sync';

const DELETED: JobEnding = { status: 'error', error: 'The sync job was deleted while it ran → Start another one.' };

/**
 * Frees a connector whose document says for a while that a sync runs, while there is no such job: the job was deleted, or the
 * process died that should have written its end. A sync that still runs for a job which is gone is stopped.
 */
export async function freeConnector(context: ServiceContext, connector: ConnectorDocument): Promise<void> {
  const { temporal, elasticsearch, log } = context;
  const latest = await findLatestRun(temporal, connector.id);
  const jobId = latest === undefined ? undefined : (latest.syncJob ?? `pgferry-${latest.firstRunId}`);
  const found = jobId === undefined ? undefined : await findJobDocument(elasticsearch, jobId);
  if (latest?.status === 'running') {
    if (found !== undefined) return;
    log.warn(`The sync of ${connector.id} is stopped: its job was deleted`);
    await askToStop(temporal, connector.id, latest.firstRunId);
    return;
  }
  const last = latest === undefined ? await findLastEndedJob(elasticsearch, connector.id) : found;
  const job = last === undefined ? undefined : readJob(last);
  if (job === undefined) await endSync(context, connector, DELETED);
  else if (isEnd(job.status)) {
    await endSync(context, connector, { status: job.status, error: job.error ?? null, counts: job.counts });
  }
}

function isEnd(status: string): status is JobEnding['status'] {
  return status === 'completed' || status === 'error' || status === 'canceled';
}
