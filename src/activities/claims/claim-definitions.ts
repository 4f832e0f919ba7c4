import { withTransaction } from '../../postgres/connection/transaction';
import { findPrimary } from '../../postgres/server/find-primary';
import { readMoment } from '../../postgres/server/read-moment';
import { claimDefinition, type FollowedDefinition } from '../../sync/followed-definitions';
import type { ConnectorState } from '../../sync/index-state';
import { chooseVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';

/** Milliseconds after which a stream that writes looks whether its claims still stand. */
export const LOOK_AT_CLAIM_MS = 2_000;
/** Milliseconds after a claim was read to be made by which streams with others have looked, and ended. */
export const OTHERS_END_MS = 3_000;
const MICROSECONDS_PER_MS = 1_000;

/** Relations, and under which definitions somebody is about to write them. */
export type Definitions = readonly { readonly name: string; readonly definition: string }[];

/** Claims by relation. */
export type Claims = Readonly<Record<string, FollowedDefinition>>;

/** Relations among these that a stream has written. */
export function listFollowed<Relation extends { readonly name: string }>(
  { followed = {} }: Pick<ConnectorState, 'followed'>,
  relations: readonly Relation[],
): readonly Relation[] {
  return relations.filter(({ name }) => followed[name] !== undefined);
}

/** Relations among these that a stream has written under other definitions. */
export function listFollowedOtherwise<Relation extends Definitions[number]>(
  state: Pick<ConnectorState, 'followed'>,
  relations: readonly Relation[],
): readonly Relation[] {
  return listFollowed(state, relations).filter(
    ({ name, definition }) => state.followed?.[name]?.definition !== definition,
  );
}

/** The claims that stand, and these in place of those of their relations: above every version that was used. */
export function withClaims({ followed, version }: Pick<ConnectorState, 'followed' | 'version'>, made: Claims): Claims {
  const claims = new Map(Object.entries(followed ?? {}));
  for (const [name, { definition, since = 0 }] of Object.entries(made))
    claims.set(name, claimDefinition(claims.get(name), definition, chooseVersion(since, [version])));
  return Object.fromEntries(claims);
}

/** All but the claims of relations that are synced no more. */
export function withoutClaims(claims: Claims, dropped: readonly string[]): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !dropped.includes(name)));
}

/**
 * Claims relations: writes claims for a moment by which streams with others will have ended. Again, if writing them took so
 * long that a stream may not have looked by then.
 * @param write - puts them into the index's state; also where there is none to make
 */
export async function claimRelations(
  connector: OpenConnector,
  relations: Definitions,
  write: (claims: Claims) => Promise<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  if (relations.length === 0) {
    await write({});
    return;
  }
  for (;;) {
    const since = (await readClock(connector, signal)) + OTHERS_END_MS * MICROSECONDS_PER_MS;
    await write(Object.fromEntries(relations.map(({ name, definition }) => [name, { definition, since }])));
    const lookedAt = (await readClock(connector, signal)) + LOOK_AT_CLAIM_MS * MICROSECONDS_PER_MS;
    if (lookedAt <= since) return;
  }
}

/** Microseconds since 1970 by the clock of the server whose changes are followed. */
export async function readClock(connector: OpenConnector, signal?: AbortSignal): Promise<number> {
  const source = await findPrimary(connector, signal);
  return (await withTransaction(source, readMoment, { isolation: 'repeatable read', signal })).clock;
}
