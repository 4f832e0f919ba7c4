/** Work that goes on beside the passes, once a subject at a time. */
export interface Lanes {
  /** Begins work on a subject, when there is room, unless some is under way or waits for room. */
  readonly run: (subject: string, work: () => Promise<void>) => void;
  /** Waits for what is under way, and lets go of what waits. */
  readonly settle: () => Promise<void>;
}

/**
 * @param width - subjects at a time
 * @param onError - hears what work throws
 */
export function createLanes(width: number, onError: (subject: string, error: unknown) => void): Lanes {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, () => Promise<void>>();
  const begin = (subject: string, work: () => Promise<void>) => {
    const done = work()
      .catch((error: unknown) => {
        onError(subject, error);
      })
      .finally(() => {
        running.delete(subject);
        const [next] = waiting;
        if (next === undefined) return;
        waiting.delete(next[0]);
        begin(...next);
      });
    running.set(subject, done);
  };
  return {
    run: (subject, work) => {
      if (running.has(subject) || waiting.has(subject)) return;
      if (running.size < width) begin(subject, work);
      else waiting.set(subject, work);
    },
    settle: async () => {
      waiting.clear();
      await Promise.all(running.values());
    },
  };
}
