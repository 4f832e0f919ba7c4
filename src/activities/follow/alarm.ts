/** Wakes who waits; a ring that nobody waited for is heard by the next one. */
export interface Alarm {
  readonly ring: () => void;
  readonly untilRung: (signal: AbortSignal) => Promise<void>;
}

export function createAlarm(): Alarm {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      isRung = true;
      wake?.();
    },
    untilRung: async (signal) => {
      signal.throwIfAborted();
      if (!isRung) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener(
            'abort',
            () => {
              resolve();
            },
            { once: true },
          );
        });
      }
      signal.throwIfAborted();
      isRung = false;
      wake = undefined;
    },
  };
}
