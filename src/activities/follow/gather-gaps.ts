import type { FollowScope } from './follow-scope';

const GAP_DEBOUNCE_MS = 500;

/** Gathers gaps for a moment, and asks for one sync. */
export function gatherGaps({ requestSync }: FollowScope, end: (error: unknown) => void) {
  const reasons = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const ask = () => {
    timer = undefined;
    const asked = [...reasons];
    reasons.clear();
    requestSync(asked).catch(end);
  };
  return {
    add: (relation: string, reason: string) => {
      reasons.add(`${relation}: ${reason}`);
      timer ??= setTimeout(ask, GAP_DEBOUNCE_MS);
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}
