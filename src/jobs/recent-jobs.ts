import type { Client } from '@temporalio/client';

import { type ListedJob, listJobs } from './list-jobs';

/** The last jobs of every connector of a task queue, kept in memory: after the first look only news are asked for. */
export interface RecentJobs {
  /** Reads what is new. */
  readonly refresh: () => Promise<void>;
  /** The oldest first. */
  readonly of: (connectorId: string) => readonly ListedJob[];
  readonly connectorIds: () => readonly string[];
}

/** Jobs of one connector that are kept. */
const KEPT = 20;
/** Jobs that one look reads at most. */
const MOST = 20_000;
/** Milliseconds that the first look goes back. */
const FIRST_LOOK_MS = 7 * 86_400_000;
/** Milliseconds by which Temporal's lists may be behind, and clocks may differ. */
const BEHIND_MS = 60_000;

export function createRecentJobs(client: Client, taskQueue: string): RecentJobs {
  const jobs = new Map<string, ListedJob[]>();
  let lookedAt = Date.now() - FIRST_LOOK_MS;
  return {
    refresh: async () => {
      const begun = Date.now();
      const closedSince = new Date(lookedAt - BEHIND_MS);
      const [running, ended] = await Promise.all([
        listJobs(client, { taskQueue, status: 'running', limit: MOST }),
        listJobs(client, { taskQueue, closedSince, limit: MOST }),
      ]);
      // What has ended since its list was read is not running, whichever answer came first.
      for (const job of [...running, ...ended]) keepJob(jobs, job);
      lookedAt = begun;
    },
    of: (id) => jobs.get(id) ?? [],
    connectorIds: () => [...jobs.keys()],
  };
}

function keepJob(jobs: Map<string, ListedJob[]>, job: ListedJob): void {
  const others = (jobs.get(job.connectorId) ?? []).filter(({ runId }) => runId !== job.runId);
  const sorted = [...others, job].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  jobs.set(job.connectorId, sorted.slice(-KEPT));
}
