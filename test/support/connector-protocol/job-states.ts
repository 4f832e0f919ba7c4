/**
 * Statuses of a sync job and those that may follow each. Beyond the protocol's own: a job that can't be run at all ends as an error
 * at once, and one whose sync completes while somebody cancels it is complete.
 */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  pending: ['in_progress', 'canceled', 'error'],
  in_progress: ['canceling', 'completed', 'suspended', 'error'],
  suspended: ['in_progress', 'canceled'],
  canceling: ['canceled', 'error', 'completed'],
  completed: [],
  error: [],
  canceled: [],
};

/** Whether a job may be seen in one status and later in another, whatever it was in between. */
export function mayBecome(before: string, after: string): boolean {
  const reached = new Set([before]);
  for (const status of reached) for (const next of NEXT[status] ?? []) reached.add(next);
  return reached.has(after);
}

/** Looks at jobs again and again. */
export interface JobWatch {
  /** @returns sentences about what must not happen: an end that did not stay, two jobs that ran at a time */
  readonly look: (jobs: readonly { readonly id: string; readonly status?: unknown }[]) => readonly string[];
}

export function watchJobs(): JobWatch {
  const seen = new Map<string, string>();
  return {
    look: (jobs) => {
      const wrong = jobs.flatMap(({ id, status }) => {
        const [before, after] = [seen.get(id), String(status)];
        seen.set(id, after);
        return before === undefined || mayBecome(before, after) ? [] : [`${id} went from ${before} to ${after}`];
      });
      const running = jobs.filter(({ status }) => status === 'in_progress');
      return running.length > 1 ? [...wrong, `${running.length} jobs ran at a time`] : wrong;
    },
  };
}
