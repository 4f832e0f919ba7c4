import { installCommand, type OptionalPackage } from '../../installation/optional-packages';
import { SyncFailure } from '../../sync/failures';

/** Something that the local stack needs from the machine and that isn't there, with what to install. */
export class MissingPrerequisites extends SyncFailure {
  /**
   * @param missing - What to install, one entry each: `'a JDK 21 or newer (package openjdk-21-jdk)'`.
   * @param packages - Of npm; one command adds them all.
   */
  constructor(
    readonly missing: readonly string[],
    readonly packages: readonly OptionalPackage[] = [],
  ) {
    const added = packages.length === 0 ? [] : [`npm packages that come on demand: ${installCommand(packages)}`];
    super('LocalStack', `the local stack needs ${[...missing, ...added].join('; and ')}`);
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
  const lacking = reasons.filter((reason) => reason instanceof MissingPrerequisites);
  if (lacking.length > 0) {
    const all = <Entry>(entries: readonly Entry[]) => [...new Set(entries)];
    throw new MissingPrerequisites(
      all(lacking.flatMap(({ missing }) => missing)),
      all(lacking.flatMap(({ packages }) => packages)),
    );
  }
  return Promise.all(searches);
}
