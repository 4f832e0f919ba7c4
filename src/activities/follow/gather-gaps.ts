import type { FollowScope } from './follow-scope';

const GAP_DEBOUNCE_MS = 500;

/** Gaps of a stream: things that only a sync can bring. */
export interface GatheredGaps {
  /** The stream begins: it knows nothing of what was before. */
  readonly begin: () => void;
  readonly add: (relation: string, reason: string) => void;
  readonly stop: () => void;
}

/**
 * Gathers gaps for a moment, and asks for one sync.
 * @param end - hears what kept it from asking
 * @param count - hears the reason of each
 */
export function gatherGaps(
  { requestSync }: Pick<FollowScope, 'requestSync'>,
  end: (error: unknown) => void,
  count: (reason: string) => void,
): GatheredGaps {
  const reasons = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const ask = () => {
    timer = undefined;
    const asked = [...reasons];
    reasons.clear();
    requestSync(asked).catch(end);
  };
  const note = (text: string, reason: string) => {
    if (!reasons.has(text)) count(reason);
    reasons.add(text);
  };
  return {
    begin: () => {
      note('the stream began', 'the stream began');
      ask();
    },
    add: (relation, reason) => {
      note(`${relation}: ${reason}`, reason);
      timer ??= setTimeout(ask, GAP_DEBOUNCE_MS);
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}
