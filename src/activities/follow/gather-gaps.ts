import type { FollowScope } from './follow-scope';

const GAP_DEBOUNCE_MS = 500;

/** Gaps of a stream: things that only a sync can bring. */
export interface GatheredGaps {
  /** The stream begins: it knows nothing of what was before. */
  readonly begin: () => void;
  readonly add: (relation: string, reason: string) => void;
  /** Whether a sync has been asked for by all of them, which Temporal keeps. */
  readonly areAsked: () => boolean;
  readonly stop: () => void;
}

/**
 * Gathers gaps for a moment, and asks for one sync.
 * @param onAsked - hears that all of them have been asked for
 * @param end - hears what kept it from asking
 * @param count - hears the reason of each
 */
export function gatherGaps(
  { requestSync }: Pick<FollowScope, 'requestSync'>,
  onAsked: () => void,
  end: (error: unknown) => void,
  count: (reason: string) => void,
): GatheredGaps {
  const reasons = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let asking = 0;
  const areAsked = () => reasons.size === 0 && asking === 0;
  const ask = () => {
    timer = undefined;
    const asked = [...reasons];
    reasons.clear();
    asking += 1;
    requestSync(asked).then(() => {
      asking -= 1;
      if (areAsked()) onAsked();
    }, end);
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
    areAsked,
    stop: () => {
      clearTimeout(timer);
    },
  };
}
