import type { Checkpoint } from '../../sync/checkpoint';
import { addReports, emptyReport, type RelationReport } from '../../sync/report';
import type { OpenConnector } from '../connector/connector-registry';
import type { ActivityScope } from '../contract/activity-scope';
import { checkRejections, type WrittenRows } from './write-pieces';

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

/** Progress from a checkpoint on. */
export function trackProgress(connector: OpenConnector, start: Checkpoint, scope: ActivityScope): CopyProgress {
  let checkpoint = start;
  let settled = Promise.resolve();
  const advance = (written: WrittenRows, { relation, position, block, seconds }: FollowedChunk) => {
    const reports = addReport(checkpoint.reports, { ...toReport(relation, written), seconds });
    checkpoint = { ...checkpoint, partition: position, block, reports };
    scope.heartbeat(checkpoint);
    checkRejections(connector, reports.reduce(addReports, emptyReport(relation)));
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

function addReport(reports: readonly RelationReport[], added: RelationReport): RelationReport[] {
  const known = reports.some(({ relation }) => relation === added.relation);
  if (!known) return [...reports, added];
  return reports.map((report) => (report.relation === added.relation ? addReports(report, added) : report));
}
