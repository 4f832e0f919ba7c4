/** A signal of one's own that another one ends, too. The first reason wins. */
export interface FollowingAbort {
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
  /** Lets the other signal go, which may live much longer. */
  readonly unfollow: () => void;
}

/** @param outer - the signal to follow */
export function followAbort(outer: AbortSignal | undefined): FollowingAbort {
  const controller = new AbortController();
  const follow = () => {
    controller.abort(outer?.reason);
  };
  if (outer?.aborted === true) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason);
    },
    unfollow: () => outer?.removeEventListener('abort', follow),
  };
}
