import { SyncFailure } from '../../sync/failures';

/** Something that the local stack needs from the machine and that isn't there, with what to install. */
export class MissingPrerequisites extends SyncFailure {
  /** @param missing - What to install, one entry each: `'a JDK 21 or newer (package openjdk-21-jdk)'`. */
  constructor(readonly missing: readonly string[]) {
    super('LocalStack', `the local stack needs ${missing.join('; and ')}`);
  }
}

/**
 * Runs searches side by side, so that everything missing is reported at once.
 *
 * @throws MissingPrerequisites naming all that is missing; any other error of a search as it is.
 */
export async function findAll<T extends readonly unknown[]>(searches: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const results = await Promise.allSettled(searches);
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  const unexpected = reasons.find((reason) => !(reason instanceof MissingPrerequisites));
  if (unexpected !== undefined) throw unexpected;
  const missing = reasons.flatMap((reason) => (reason instanceof MissingPrerequisites ? reason.missing : []));
  if (missing.length > 0) throw new MissingPrerequisites([...new Set(missing)]);
  return Promise.all(searches);
}
