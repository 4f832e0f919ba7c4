/**
 * Under which definition a stream writes a relation's documents; kept in the index, beside what syncs have saved. A stream
 * that ends since the definition changed may have written after the sync that copied the relation under the new one had
 * chosen its version: nothing tells which documents, so that a sync which begins later has to copy the relation again.
 */
export interface FollowedDefinition {
  /** The newest that anybody has claimed: a stream of another one ends when it sees that. */
  readonly definition: string;
  /** Version below which no sync counts: streams of another definition have ended by then. Absent: there was none. */
  readonly since?: number;
}

/**
 * What a stream, or a sync, says of a followed relation before its first write.
 * @param since - version of the moment by which streams of another definition have ended
 */
export function claimDefinition(before: FollowedDefinition, definition: string, since: number): FollowedDefinition {
  return before.definition === definition ? before : { definition, since };
}

/** Whether what a sync of this version saved counts: it began when no stream of another definition wrote any more. */
export function isAfterOthers(
  { version = 0, definition }: { readonly version?: number; readonly definition?: string },
  followed: FollowedDefinition | undefined,
): boolean {
  if (followed === undefined) return true;
  return followed.definition === definition && version >= (followed.since ?? 0);
}
