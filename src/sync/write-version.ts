import type { SyncJob } from './sync-plan';

/**
 * External versions of documents: microseconds since 1970 by PostgreSQL's clock when their writer began, so that of two
 * writers the one that began to read later wins, however late the other's request arrives.
 */

/** Passes of one sync; each writes its own version, so that a delayed request of an earlier pass can't win. */
export const PASS = { copy: 0, catchUp: 1, heal: 2, deleteStale: 3 } as const;

/**
 * Versions that one sync may use: the newest that its writes may carry is `version + VERSIONS_PER_SYNC - 1`. As many
 * microseconds pass between the moment that its version is of and its first read of a row, by far: so whoever begins
 * to read after that has a newer version than all of its passes.
 */
export const VERSIONS_PER_SYNC = 100;

/** Passes of one round: a relation that changed while it was read is copied again in the next round. */
const PASSES_PER_ROUND = 4;

/**
 * Chooses the version of a writer that begins.
 * @param clock - microseconds since 1970, by PostgreSQL's clock
 * @param floors - versions that its documents or dead letters may have already. A clock that stepped back, or that of
 * the worker which 0.1.0 went by and which ran ahead, must not make new writes look older than these.
 */
export function chooseVersion(clock: number, floors: readonly (number | undefined)[]): number {
  return Math.max(clock, ...floors.map((floor = 0) => floor + 1));
}

/** External version of a pass in a round. */
export function passVersion(job: Pick<SyncJob, 'version'>, pass: keyof typeof PASS, round: number): number {
  return job.version + round * PASSES_PER_ROUND + PASS[pass];
}

/** Highest version that a write of this job can carry. */
export function newestVersion(job: Pick<SyncJob, 'version'>): number {
  return job.version + VERSIONS_PER_SYNC - 1;
}

/**
 * Whether a write that met a newer document was superseded by one of its own sync. Else something else writes the index.
 * @param current - version of the document
 * @param newest - {@link newestVersion} of the sync
 */
export function isSuperseded(current: bigint, newest: number): boolean {
  return current <= BigInt(newest);
}
