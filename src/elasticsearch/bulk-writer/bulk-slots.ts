/** A number of places for requests in flight, with a queue before them. */
export interface Slots {
  readonly inFlight: number;
  /** Number of those who wait for a slot. */
  readonly waiting: number;
  /** Resolves when a slot is taken; in the order of asking. */
  take(): Promise<void>;
  release(): void;
}

/** @param limit - the number of slots at this moment; it may change between calls. */
export function createSlots(limit: () => number): Slots {
  let inFlight = 0;
  const queue: (() => void)[] = [];
  const admit = () => {
    while (inFlight < limit()) {
      const next = queue.shift();
      if (next === undefined) return;
      inFlight += 1;
      next();
    }
  };
  return {
    get inFlight() {
      return inFlight;
    },
    get waiting() {
      return queue.length;
    },
    take() {
      return new Promise((resolve) => {
        queue.push(resolve);
        admit();
      });
    },
    release() {
      inFlight -= 1;
      admit();
    },
  };
}
