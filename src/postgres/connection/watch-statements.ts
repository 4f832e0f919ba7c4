import { beginWait, UNTOLD_MS } from '../../waits/hear-waits';
import type { FoundLock } from './find-lock';

/** Watches the statements of one transaction. */
export interface StatementWatch {
  /**
   * Waits for a statement, and tells what it waits for once that takes long.
   * @param isStream - whether it is silent for other reasons than work, too: then only locks are told
   */
  readonly over: <Result>(statement: Promise<Result>, isStream?: boolean) => Promise<Result>;
  /** The lock that the last statement was seen to wait for. */
  readonly lastLock: () => FoundLock | undefined;
}

const LONGEST_PAUSE_MS = 60_000;

/**
 * @param findLock - looks what the session waits for; it must not throw
 * @param lockTimeoutMs - after which PostgreSQL gives a lock up: it is to be known by then
 */
export function watchStatements(findLock: () => Promise<FoundLock | undefined>, lockTimeoutMs: number): StatementWatch {
  let lastLock: FoundLock | undefined;
  return {
    lastLock: () => lastLock,
    over: async (statement, isStream = false) => {
      lastLock = undefined;
      const begun = performance.now();
      const wait = beginWait();
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      let pauseMs = UNTOLD_MS;
      const lookAfter = (ms: number) => {
        timer = setTimeout(() => void look(), ms);
      };
      const look = async () => {
        const lock = await findLock();
        if (isOver) return;
        lastLock = lock ?? lastLock;
        const elapsedMs = performance.now() - begun;
        if (elapsedMs < UNTOLD_MS - 1) {
          lookAfter(UNTOLD_MS - elapsedMs);
          return;
        }
        if (lock !== undefined) wait.tell('lock', lock.reason);
        else if (isStream) wait.end();
        else wait.tell('answer', 'for the answer of PostgreSQL');
        // Who waits for nothing now is unlikely to do so later.
        pauseMs = lock === undefined ? Math.min(2 * pauseMs, LONGEST_PAUSE_MS) : UNTOLD_MS;
        lookAfter(pauseMs);
      };
      lookAfter(Math.min(UNTOLD_MS, 0.8 * lockTimeoutMs));
      try {
        return await statement;
      } finally {
        isOver = true;
        clearTimeout(timer);
        wait.end();
      }
    },
  };
}
