/**
 * Under which definition a stream writes a relation's documents; kept in the index, beside what syncs have saved. A stream
 * that ends since the definition changed may have written after the sync that copied the relation under the new one had
 * chosen its version: nothing tells which documents, so that a sync which begins later has to copy the relation again.
 */
export interface FollowedDefinition {
  /** The newest that anybody has claimed: a stream of another one ends when it sees that. */
  readonly definition: string;
  /** Version below which no sync counts; {@link NOT_YET}: none counts. Absent: each does that has this definition. */
  readonly since?: number;
}

/** Claims by relation. */
export type Claims = Readonly<Record<string, FollowedDefinition>>;

/** Of a claim that streams of other definitions may not have seen yet. Whoever finds it left so claims again. */
export const NOT_YET = Number.MAX_SAFE_INTEGER;

/** Whether a claim says that this definition is written, and since when. */
export function isSettled(claim: FollowedDefinition | undefined, definition: string): boolean {
  return claim?.definition === definition && claim.since !== NOT_YET;
}

/**
 * Puts claims in place of those that stand. One with a moment raises its relation's; where another definition was claimed
 * meanwhile, that stands.
 */
export function withClaims(standing: Claims | undefined, made: Claims): Claims {
  const claims = new Map(Object.entries(standing ?? {}));
  for (const [name, claim] of Object.entries(made)) {
    const before = claims.get(name);
    const { definition, since = 0 } = claim;
    if (before === undefined || since === NOT_YET) claims.set(name, claim);
    else if (before.definition === definition && since > 0)
      claims.set(name, { definition, since: before.since === NOT_YET ? since : Math.max(before.since ?? 0, since) });
  }
  return Object.fromEntries(claims);
}

/** Whether what a sync of this version saved counts: it began when no stream of another definition wrote any more. */
export function isAfterOthers(
  { version = 0, definition }: { readonly version?: number; readonly definition?: string },
  followed: FollowedDefinition | undefined,
): boolean {
  if (followed === undefined) return true;
  return followed.definition === definition && version >= (followed.since ?? 0);
}
