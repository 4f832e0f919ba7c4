import { changeConnector, changeJob, type Changes } from '../../elasticsearch/connector-documents/write-documents';
import { countTotals } from '../../elasticsearch/documents/count-documents';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import type { ServiceContext } from '../context/service-context';
import { type ConnectorDocument, isBlank } from '../protocol/connector-document';
import type { JobCounts, JobDocument } from '../protocol/job-document';
import type { RunReport } from './read-run';

/** How a job ended. */
export interface JobEnding {
  readonly status: 'completed' | 'error' | 'canceled';
  readonly error: string | null;
  /** Absent: those that the document has. */
  readonly counts?: JobCounts;
  /** When the sync ended; absent: now. The next one may have begun since. */
  readonly at?: Date;
}

const MIB = 1_048_576;
/** Elasticsearch's type of the counts. */
const LARGEST_INTEGER = 2_147_483_647;

/** A sync's report as counts of a job. */
export function toCounts({ indexed, deleted, bytes }: RunReport): JobCounts {
  return {
    indexed_document_count: Math.min(indexed, LARGEST_INTEGER),
    deleted_document_count: Math.min(deleted, LARGEST_INTEGER),
    indexed_document_volume: Math.round(bytes / MIB),
  };
}

/**
 * Writes the end of a job.
 * @returns false where somebody else has changed it: the next pass looks again
 */
export async function endJob(context: ServiceContext, job: JobDocument, ending: JobEnding): Promise<boolean> {
  const now = new Date().toISOString();
  const ended = timeOfEnd(job, ending.at, now);
  const total = await countIndex(context, job, ending.status !== 'canceled');
  return changeJob(context.elasticsearch, job, {
    status: ending.status,
    error: ending.error,
    last_seen: now,
    completed_at: ended,
    ...(ending.status === 'canceled' ? { canceled_at: ended } : {}),
    ...ending.counts,
    ...(total === undefined ? {} : { total_document_count: Math.min(total, LARGEST_INTEGER) }),
  });
}

/** Temporal's clock is another one: a job ends after it began, and not in the future. */
function timeOfEnd({ startedAt }: JobDocument, at: Date | undefined, now: string): string {
  const ended = at === undefined || !(at.getTime() < Date.parse(now)) ? now : at.toISOString();
  return startedAt !== undefined && Date.parse(startedAt) > Date.parse(ended) ? startedAt : ended;
}

/**
 * Documents of the index, or the connector's own where that is a pattern of many. Undefined where they can't be counted,
 * which must not keep a job from ending. A person who cancels waits for no refresh, which may take long in the middle of a
 * copy.
 */
async function countIndex(
  { elasticsearch }: ServiceContext,
  { indexName: index, connectorId }: Pick<JobDocument, 'indexName' | 'connectorId'>,
  isExact: boolean,
): Promise<number | undefined> {
  if (index === undefined) return undefined;
  try {
    if (isExact) await refreshIndex(elasticsearch, index);
    if (!index.includes('*')) return (await countTotals(elasticsearch, index, [])).total;
    return (await countTotals(elasticsearch, index, [connectorId])).ofConnectors;
  } catch {
    return undefined;
  }
}

/** Writes the end of its last job into a connector. */
export function endSync(
  { elasticsearch }: ServiceContext,
  connector: ConnectorDocument,
  { status, error, counts }: JobEnding,
): Promise<boolean> {
  const failed = status === 'error';
  const { indexed_document_count: indexed, deleted_document_count: deleted } = counts ?? {};
  const changes: Changes = {
    last_sync_status: status,
    last_sync_error: error,
    last_synced: new Date().toISOString(),
    // Its form was emptied meanwhile: whoever fills it in comes first.
    ...(isConfigured(connector) ? { status: failed ? 'error' : 'connected', error } : {}),
    ...(indexed === undefined ? {} : { last_indexed_document_count: indexed }),
    ...(deleted === undefined ? {} : { last_deleted_document_count: deleted }),
  };
  return changeConnector(elasticsearch, connector, changes);
}

function isConfigured(connector: ConnectorDocument): boolean {
  return !isBlank(connector) && connector.status !== 'configured';
}
