import { EXIT } from '../output/exit-codes';

/** Ctrl-C and SIGTERM while a command runs that must end in order. */
export interface Interruption {
  /** Fires at the first; the second ends the process at once. */
  readonly signal: AbortSignal;
  /** Leaves them to Node.js again. */
  readonly release: () => void;
}

export function catchInterrupts(): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
