/**
 * Under which definition a stream writes a relation's documents; kept in the index, beside what syncs have saved. A stream
 * that ends since the definition changed may have written after the sync that copied the relation under the new one had
 * chosen its version: nothing tells which documents, so that a sync which begins later has to copy the relation again.
 */
export interface FollowedDefinition {
  readonly definition: string;
  /** Version below which no sync counts: streams of another definition have ended by then. Absent: there was none. */
  readonly since?: number;
}

/**
 * What a stream that begins says of a relation before its first write.
 * @param since - version of the moment by which streams of another definition have ended
 */
export function claimDefinition(
  before: FollowedDefinition | undefined,
  definition: string,
  since: number,
): FollowedDefinition {
  if (before === undefined) return { definition };
  return before.definition === definition ? before : { definition, since };
}

/** Whether a sync of this version began when no stream of another definition wrote any more. */
export function isAfterOthers(version: number | undefined, followed: FollowedDefinition | undefined): boolean {
  return followed?.since === undefined || (version ?? 0) >= followed.since;
}
