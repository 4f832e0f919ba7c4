/**
 * Under which definition a stream writes a relation's documents; kept in the index, beside what syncs have saved. A stream
 * that ends since the definition changed may have written after the sync that copied the relation under the new one had
 * chosen its version: nothing tells which documents, so that a sync which begins later has to copy the relation again.
 */
export interface FollowedDefinition {
  /** The newest that anybody has claimed: a stream ends when it sees another claim than its own. */
  readonly definition: string;
  /** Version below which no sync counts: streams with other claims have ended by then. Absent: there was none. */
  readonly since?: number;
}

/**
 * What somebody who claims a followed relation puts in place of the claim that stands. Under the same definition, too: where
 * rows were exchanged without a change of it, what a stream has written of the old ones is as much in the way.
 * @param since - version of the moment by which streams with other claims have ended
 */
export function claimDefinition(
  before: FollowedDefinition | undefined,
  definition: string,
  since: number,
): FollowedDefinition {
  return { definition, since: Math.max(before?.since ?? 0, since) };
}

/** Whether what a sync of this version saved counts: it began when no stream with another claim wrote any more. */
export function isAfterOthers(
  { version = 0, definition }: { readonly version?: number; readonly definition?: string },
  followed: FollowedDefinition | undefined,
): boolean {
  if (followed === undefined) return true;
  return followed.definition === definition && version >= (followed.since ?? 0);
}
