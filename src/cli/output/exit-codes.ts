import { type FailureType, SyncFailure } from '../../sync/failures';

/** Exit codes of commands: done, failed, wrong usage or configuration, interrupted. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof SyncFailure ? exitCodeOfType(error.type) : EXIT.failed;
}

/** The exit code of a failure's type. */
export function exitCodeOfType(type: FailureType): number {
  return type === 'InvalidConfig' || type === 'InvalidRule' ? EXIT.usage : EXIT.failed;
}
