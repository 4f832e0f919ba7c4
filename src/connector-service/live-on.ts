import type { ConnectorSettings } from '../config/settings/settings';
import { changeConnector } from '../elasticsearch/connector-documents/write-documents';
import type { ServiceContext } from './context/service-context';
import { freeConnector } from './jobs/free-connector';
import { isBeatDue } from './keep-alive';
import { isContested, isTrialDue, type KnownConnector } from './known-connector';
import type { Lanes } from './lanes';
import { judgeConnector, judgePublished } from './life/judge-connector';
import { keepSchedules } from './life/keep-schedules';
import { findRepairs } from './protocol/find-repairs';
import { isClaimed, type JobDocument } from './protocol/job-document';
import { type Correction, findCorrection } from './published/publish-connector';

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
 * @returns whether that is a sign of life
 */
export function liveOn(
  context: ServiceContext,
  known: KnownConnector,
  jobs: readonly JobDocument[],
  { jobLanes, lifeLanes, count }: Surroundings,
  published: ConnectorSettings | undefined,
): boolean {
  const now = Date.now();
  const { document } = known;
  const { id } = document;
  const isRunning = jobs.some(isClaimed);
  if (document.lastSyncStatus === 'in_progress' && !isRunning) {
    known.stuckSince ??= now;
    if (now - known.stuckSince > STUCK_MS) jobLanes.run(id, () => freeConnector(context, document));
  } else delete known.stuckSince;
  const correction = findDueCorrection(context, known, published, now);
  if (correction !== undefined) {
    lifeLanes.run(id, async () => {
      const changes = { ...correction.changes, last_seen: new Date().toISOString() };
      if (!(await changeConnector(context.elasticsearch, document, changes))) return;
      known.beatAt = now;
      if ('features' in correction.changes) known.featuresAt = now;
      if (correction.isMeddled) known.remindsUntil = now + REMIND_MS;
    });
    return false;
  }
  // What it needs beside a sign of life is for the next pass: both would change its document.
  if (isBeatDue(context, known, published)) return true;
  if (published === undefined && known.keptSchedules !== known.scheduled) {
    lifeLanes.run(id, async () => {
      await keepSchedules(context, document);
      known.keptSchedules = known.scheduled;
    });
    return false;
  }
  if (isRunning || document.lastSyncStatus === 'in_progress' || !isTrialDue(known, now, count)) return false;
  lifeLanes.run(id, async () => {
    const { configured, drafted } = known;
    known.judged = { configured, drafted, at: now };
    const judging =
      published === undefined ? judgeConnector(context, document) : judgePublished(context, document, published);
    if (!(await judging)) delete known.judged;
  });
  return false;
}

/** What a document lacks, or should not say. */
function findDueCorrection(
  context: ServiceContext,
  known: KnownConnector,
  published: ConnectorSettings | undefined,
  now: number,
): Correction | undefined {
  const { document } = known;
  if (published !== undefined) return findCorrection(context, document, published);
  const changes = findRepairs(document);
  return changes === undefined || isContested(known, changes, now) ? undefined : { changes, isMeddled: false };
}
