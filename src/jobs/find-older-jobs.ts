import type { Client } from '@temporalio/client';

import { type JobFilter, type ListedJob, listJobs } from './list-jobs';

/** Jobs from before what was looked through, as far as Temporal remembers; each connector is asked for once. */
export interface OlderJobs {
  /** In whichever way they ended. */
  readonly ofAny: (connectorIds: readonly string[]) => Promise<readonly ListedJob[]>;
  readonly completed: (connectorIds: readonly string[]) => Promise<readonly ListedJob[]>;
}

/** Connectors that one question is about: Temporal bounds how long it may be. */
const CONNECTORS = 25;
/** Jobs that an answer about all of them holds at most, and one about a single one. */
const MOST = 500;
const MOST_OF_ONE = 20;

export function findOlderJobs(client: Client, taskQueue: string): OlderJobs {
  return {
    ofAny: askOnce(client, { taskQueue }),
    completed: askOnce(client, { taskQueue, status: 'completed' }),
  };
}

function askOnce(client: Client, filter: Pick<JobFilter, 'taskQueue' | 'status'>): OlderJobs['ofAny'] {
  const asked = new Set<string>();
  return async (connectorIds) => {
    const jobs: ListedJob[] = [];
    const ids = connectorIds.filter((id) => !asked.has(id));
    for (let at = 0; at < ids.length; at += CONNECTORS) {
      const some = ids.slice(at, at + CONNECTORS);
      const found = await listJobs(client, { ...filter, connectorIds: some, limit: MOST });
      const known = new Set(found.map(({ connectorId }) => connectorId));
      // One that syncs often may have crowded others out.
      const missing = found.length < MOST ? [] : some.filter((id) => !known.has(id));
      const alone = missing.map((connectorId) => listJobs(client, { ...filter, connectorId, limit: MOST_OF_ONE }));
      jobs.push(...found, ...(await Promise.all(alone)).flat());
      some.forEach((id) => asked.add(id));
    }
    return jobs;
  };
}
