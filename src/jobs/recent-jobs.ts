import type { Client } from '@temporalio/client';

import { findOlderJobs } from './find-older-jobs';
import { type ListedJob, listJobs } from './list-jobs';

/** The last jobs of every connector of a task queue, kept in memory: after the first look only news are asked for. */
export interface RecentJobs {
  /**
   * Reads what is new; and what is older of those connectors, where nothing, or nothing that completed, is known of them.
   * @param connectorIds - connectors that a file or a schedule names
   */
  readonly refresh: (connectorIds?: readonly string[]) => Promise<void>;
  /** Whether all was read once: until then, what is not known may well be. */
  readonly hasLooked: () => boolean;
  /** The oldest first; among them the last one that completed, where Temporal remembers one. */
  readonly of: (connectorId: string) => readonly ListedJob[];
  readonly connectorIds: () => readonly string[];
}

/** How far the first look goes. */
export interface FirstLook {
  /** Jobs that one look reads at most. */
  readonly most: number;
  /** Milliseconds that it goes back. */
  readonly backMs: number;
}

/** Jobs of one connector that are kept, and its last one that completed. */
const KEPT = 20;
const FIRST_LOOK: FirstLook = { most: 20_000, backMs: 7 * 86_400_000 };
/** Milliseconds by which Temporal's lists may be behind, and clocks may differ. */
const BEHIND_MS = 60_000;

/** @param first - how far the first look goes; what it does not reach is asked for by the connector's name */
export function createRecentJobs(client: Client, taskQueue: string, first: FirstLook = FIRST_LOOK): RecentJobs {
  const jobs = new Map<string, ListedJob[]>();
  const older = findOlderJobs(client, taskQueue);
  let lookedAt = Date.now() - first.backMs;
  let hasLooked = false;
  const keep = (listed: readonly ListedJob[]) => {
    for (const job of listed) keepJob(jobs, job);
  };
  return {
    refresh: async (connectorIds = []) => {
      const begun = Date.now();
      const closedSince = new Date(lookedAt - BEHIND_MS);
      const [running, ended] = await Promise.all([
        listJobs(client, { taskQueue, status: 'running', limit: first.most }),
        listJobs(client, { taskQueue, closedSince, limit: first.most }),
      ]);
      // What has ended since its list was read is not running, whichever answer came first.
      keep([...running, ...ended]);
      lookedAt = begun;
      const ids = [...new Set([...jobs.keys(), ...connectorIds])];
      keep(await older.ofAny(ids.filter((id) => !jobs.has(id))));
      keep(await older.completed(ids.filter((id) => !hasCompleted(jobs.get(id) ?? []))));
      hasLooked = true;
    },
    hasLooked: () => hasLooked,
    of: (id) => jobs.get(id) ?? [],
    connectorIds: () => [...jobs.keys()],
  };
}

function hasCompleted(jobs: readonly ListedJob[]): boolean {
  return jobs.some(isCompleted);
}

function isCompleted({ status }: ListedJob): boolean {
  return status === 'completed';
}

function keepJob(jobs: Map<string, ListedJob[]>, job: ListedJob): void {
  const others = (jobs.get(job.connectorId) ?? []).filter(({ runId }) => runId !== job.runId);
  const sorted = [...others, job].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  const last = sorted.slice(-KEPT);
  const completed = sorted.slice(0, -KEPT).findLast(isCompleted);
  jobs.set(job.connectorId, completed === undefined || hasCompleted(last) ? last : [completed, ...last]);
}
