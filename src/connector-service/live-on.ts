import type { ConnectorSettings } from '../config/settings/settings';
import { changeConnector } from '../elasticsearch/connector-documents/write-documents';
import type { ServiceContext } from './context/service-context';
import { freeConnector } from './jobs/free-connector';
import { isTrialDue, type KnownConnector } from './known-connector';
import type { Lanes } from './lanes';
import { judgeConnector, judgePublished } from './life/judge-connector';
import { keepSchedules } from './life/keep-schedules';
import { findRepairs } from './protocol/find-repairs';
import { isClaimed, type JobDocument } from './protocol/job-document';
import { findCorrection } from './published/publish-connector';

/** Milliseconds for which a connector may say that a sync runs, while its job is not seen yet. */
const STUCK_MS = 3_000;
/** Milliseconds for which a person can read what was put back. */
const REMIND_MS = 300_000;

/** What connectors have in common. */
export interface Surroundings {
  /** Where work goes on beside the passes. */
  readonly jobLanes: Lanes;
  readonly lifeLanes: Lanes;
  /** Number of the connectors that are served. */
  readonly count: number;
}

/**
 * Begins what a connector needs next, one thing at a time.
 * @param published - of a connector that the file defines; absent: it is managed in Elasticsearch
 */
export function liveOn(
  context: ServiceContext,
  known: KnownConnector,
  jobs: readonly JobDocument[],
  { jobLanes, lifeLanes, count }: Surroundings,
  published: ConnectorSettings | undefined,
): void {
  const now = Date.now();
  const { document } = known;
  const { id } = document;
  const isRunning = jobs.some(isClaimed);
  if (document.lastSyncStatus === 'in_progress' && !isRunning) {
    known.stuckSince ??= now;
    if (now - known.stuckSince > STUCK_MS) jobLanes.run(id, () => freeConnector(context, document));
  } else delete known.stuckSince;
  const due = findDueChanges(context, known, now, published);
  if (due !== undefined) {
    lifeLanes.run(id, async () => {
      const changes = { ...due.changes, last_seen: new Date().toISOString() };
      if (!(await changeConnector(context.elasticsearch, document, changes))) return;
      known.beatAt = now;
      if (due.isMeddled) known.remindsUntil = now + REMIND_MS;
    });
    return;
  }
  if (published === undefined && known.keptSchedules !== known.scheduled) {
    lifeLanes.run(id, async () => {
      await keepSchedules(context, document);
      known.keptSchedules = known.scheduled;
    });
    return;
  }
  if (isRunning || document.lastSyncStatus === 'in_progress' || !isTrialDue(known, now, count)) return;
  lifeLanes.run(id, async () => {
    known.judged = { configured: known.configured, at: now };
    const judging =
      published === undefined ? judgeConnector(context, document) : judgePublished(context, document, published);
    if (!(await judging)) delete known.judged;
  });
}

/** What a document lacks, or should not say; an empty change is a sign of life. */
function findDueChanges(
  context: ServiceContext,
  { document, beatAt = 0 }: KnownConnector,
  now: number,
  published: ConnectorSettings | undefined,
): { readonly changes: Readonly<Record<string, unknown>>; readonly isMeddled: boolean } | undefined {
  const correction =
    published === undefined ? wrap(findRepairs(document)) : findCorrection(context, document, published);
  const heartbeatMs =
    published === undefined ? context.settings.served.heartbeatMs : context.settings.published?.heartbeatMs;
  const isBeatDue = now - beatAt > (heartbeatMs ?? 0) || document.lastSeen === undefined;
  return correction ?? (isBeatDue ? wrap({}) : undefined);
}

function wrap<Changes>(changes: Changes | undefined) {
  return changes === undefined ? undefined : { changes, isMeddled: false };
}
