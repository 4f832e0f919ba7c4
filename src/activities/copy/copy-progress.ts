import type { Checkpoint } from '../../sync/checkpoint';
import { describeRejections, type RejectionLimit, rejectionRemedy } from '../../sync/rejection-guard';
import { type RelationFailure, toRelationFailure } from '../../sync/relation-failure';
import { addReports, emptyReport, type RelationReport } from '../../sync/report';
import type { ActivityScope } from '../contract/activity-scope';
import type { WrittenRows } from './write-pieces';

/** Rows that were read, and the place where reading goes on. */
export interface FollowedChunk {
  readonly relation: string;
  readonly position: number;
  /** Block, or bucket, that the next chunk begins with. */
  readonly block: number;
  readonly seconds: number;
}

/** Advances a checkpoint over chunks in their order, as they are acknowledged. */
export interface CopyProgress {
  readonly checkpoint: () => Checkpoint;
  readonly follow: (acknowledged: Promise<WrittenRows>, chunk: FollowedChunk) => void;
  /** Waits for all chunks followed so far; throws what went wrong with them, unless it is their relation's alone. */
  readonly settle: () => Promise<void>;
  /** Leaves the rest of a relation to the next round where it changed, or for good where it failed. */
  readonly leaveOut: (relation: string, failure: RelationFailure | undefined) => void;
  readonly isLeftOut: (relation: string) => boolean;
}

/** Progress from a checkpoint on. A relation of which more than `limit` is rejected fails. */
export function trackProgress(limit: RejectionLimit, start: Checkpoint, scope: ActivityScope): CopyProgress {
  let checkpoint = start;
  let settled = Promise.resolve();
  const advance = (written: WrittenRows, { relation, position, block, seconds }: FollowedChunk) => {
    const reports = addReport(checkpoint.reports, { ...toReport(relation, written), seconds });
    checkpoint = { ...checkpoint, partition: position, block, reports };
    const report = reports.find((candidate) => candidate.relation === relation);
    const failure = report === undefined ? undefined : refuseRejected(limit, report);
    if (failure !== undefined) fail(relation, failure);
    scope.heartbeat(checkpoint);
  };
  const fail = (relation: string, failure: RelationFailure) => {
    checkpoint = { ...checkpoint, reports: addReport(checkpoint.reports, { ...emptyReport(relation), failure }) };
  };
  return {
    checkpoint: () => checkpoint,
    settle: () => settled,
    follow: (acknowledged, chunk) => {
      settled = settled.then(async () => {
        try {
          advance(await acknowledged, chunk);
        } catch (error) {
          const failure = toRelationFailure(error);
          if (failure === undefined) throw error;
          fail(chunk.relation, failure);
        }
      });
      settled.catch(() => undefined);
    },
    leaveOut: (relation, failure) => {
      if (failure === undefined) checkpoint = { ...checkpoint, changed: [...checkpoint.changed, relation] };
      else fail(relation, failure);
    },
    isLeftOut: (relation) =>
      checkpoint.changed.includes(relation) ||
      checkpoint.reports.some((report) => report.relation === relation && report.failure !== undefined),
  };
}

/** Turns written rows into the report of their relation. */
export function toReport(relation: string, written: WrittenRows): RelationReport {
  const { read, indexed, superseded, rejected, dropped, omitted, bytes } = written;
  const missing = { ...(dropped > 0 ? { dropped } : {}), ...(omitted > 0 ? { omitted } : {}) };
  return { ...emptyReport(relation), read, indexed: indexed + superseded, rejected, ...missing, bytes };
}

/** `TooManyRejections` of a relation that alone rejects more than its job may; the workflow adds up all activities. */
function refuseRejected(
  { connectorId, maxRejected }: RejectionLimit,
  count: RelationReport,
): RelationFailure | undefined {
  if (count.rejected <= maxRejected || count.failure !== undefined) return undefined;
  const message = describeRejections(connectorId, count, maxRejected);
  return { type: 'TooManyRejections', message, remedy: rejectionRemedy(connectorId) };
}

function addReport(reports: readonly RelationReport[], added: RelationReport): RelationReport[] {
  const known = reports.some(({ relation }) => relation === added.relation);
  if (!known) return [...reports, added];
  return reports.map((report) => (report.relation === added.relation ? addReports(report, added) : report));
}
