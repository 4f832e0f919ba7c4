import type { Checkpoint } from '../../sync/checkpoint';
import { SyncFailure } from '../../sync/failures';
import {
  describeRejections,
  type RejectionCount,
  type RejectionLimit,
  rejectionRemedy,
} from '../../sync/rejection-guard';
import { addReports, emptyReport, type RelationReport } from '../../sync/report';
import type { ActivityScope } from '../contract/activity-scope';
import type { WrittenRows } from './write-pieces';

/** What was read, and where reading goes on. */
export interface FollowedChunk {
  readonly relation: string;
  readonly position: number;
  /** Where the next chunk begins. */
  readonly block: number;
  readonly seconds: number;
}

/** Advances a checkpoint over chunks in their order, as they are acknowledged. */
export interface CopyProgress {
  readonly checkpoint: () => Checkpoint;
  readonly follow: (acknowledged: Promise<WrittenRows>, chunk: FollowedChunk) => void;
  /** Waits for all chunks followed so far; throws what went wrong with them. */
  readonly settle: () => Promise<void>;
  readonly leaveOut: (relation: string) => void;
}

/** Progress from a checkpoint on, as long as no more than `limit` is rejected. */
export function trackProgress(limit: RejectionLimit, start: Checkpoint, scope: ActivityScope): CopyProgress {
  let checkpoint = start;
  let settled = Promise.resolve();
  const advance = (written: WrittenRows, { relation, position, block, seconds }: FollowedChunk) => {
    const reports = addReport(checkpoint.reports, { ...toReport(relation, written), seconds });
    checkpoint = { ...checkpoint, partition: position, block, reports };
    scope.heartbeat(checkpoint);
    checkRejections(limit, reports.reduce(addReports, emptyReport(relation)));
  };
  return {
    checkpoint: () => checkpoint,
    settle: () => settled,
    follow: (acknowledged, chunk) => {
      settled = settled.then(async () => {
        advance(await acknowledged, chunk);
      });
      settled.catch(() => undefined);
    },
    leaveOut: (relation) => {
      checkpoint = { ...checkpoint, changed: [...checkpoint.changed, relation] };
    },
  };
}

/** What a relation's report gains by what was written. */
export function toReport(relation: string, written: WrittenRows): RelationReport {
  const { read, indexed, superseded, rejected, omitted, bytes } = written;
  const missing = omitted > 0 ? { omitted } : {};
  return { ...emptyReport(relation), read, indexed: indexed + superseded, rejected, ...missing, bytes };
}

/**
 * Ends an activity that alone rejects more than its job may; the workflow adds up those of all activities.
 * @throws SyncFailure `TooManyRejections`
 */
function checkRejections({ connectorId, maxRejected }: RejectionLimit, count: RejectionCount): void {
  if (count.rejected <= maxRejected) return;
  const message = describeRejections(connectorId, count, maxRejected);
  throw new SyncFailure('TooManyRejections', message, rejectionRemedy(connectorId));
}

function addReport(reports: readonly RelationReport[], added: RelationReport): RelationReport[] {
  const known = reports.some(({ relation }) => relation === added.relation);
  if (!known) return [...reports, added];
  return reports.map((report) => (report.relation === added.relation ? addReports(report, added) : report));
}
