/** Work that goes on beside the passes, once a subject at a time. */
export interface Lanes {
  /** Begins work on a subject, unless some is under way or there is no room: then the next pass asks again. */
  readonly run: (subject: string, work: () => Promise<void>) => void;
  /** Waits for what is under way. */
  readonly settle: () => Promise<void>;
}

/**
 * @param width - subjects at a time
 * @param onError - hears what work throws
 */
export function createLanes(width: number, onError: (subject: string, error: unknown) => void): Lanes {
  const running = new Map<string, Promise<void>>();
  return {
    run: (subject, work) => {
      if (running.has(subject) || running.size >= width) return;
      const done = work()
        .catch((error: unknown) => {
          onError(subject, error);
        })
        .finally(() => running.delete(subject));
      running.set(subject, done);
    },
    settle: async () => {
      await Promise.all(running.values());
    },
  };
}
