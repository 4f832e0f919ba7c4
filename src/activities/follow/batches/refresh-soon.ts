/** Refreshes an index soon after something was written to it. */
export interface Refresher {
  readonly written: () => void;
  readonly stop: () => void;
}

/**
 * Makes what was written found, more often than the index does by itself.
 * @param everyMs - absent: the index's own interval has to do
 */
export function refreshSoon(everyMs: number | undefined, refresh: () => void): Refresher {
  if (everyMs === undefined) return { written: () => undefined, stop: () => undefined };
  let timer: NodeJS.Timeout | undefined;
  return {
    written: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        refresh();
      }, everyMs);
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}
