import { setMaxListeners } from 'node:events';

/** The one end of a writer: the first reason wins, and ends every request. */
export interface FirstAbort {
  readonly signal: AbortSignal;
  end(reason: unknown): void;
}

/** @param outer ends the writer from outside. */
export function createFirstAbort(outer: AbortSignal | undefined): FirstAbort {
  const controller = new AbortController();
  // Each request in flight listens.
  setMaxListeners(0, controller.signal);
  const follow = () => {
    controller.abort(outer?.reason);
  };
  if (outer?.aborted === true) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    end(reason) {
      outer?.removeEventListener('abort', follow);
      controller.abort(reason);
    },
  };
}
