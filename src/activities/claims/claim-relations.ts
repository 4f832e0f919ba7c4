import type { Client } from '@elastic/elasticsearch';

import { writeState } from '../../elasticsearch/index/state-store';
import { withTransaction } from '../../postgres/connection/transaction';
import { findPrimary } from '../../postgres/server/find-primary';
import { readMoment } from '../../postgres/server/read-moment';
import { type Claims, isSettled, NOT_YET } from '../../sync/followed-definitions';
import type { ConnectorState } from '../../sync/index-state';
import type { SyncJob } from '../../sync/sync-plan';
import { chooseVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';

/** Milliseconds after which a stream that writes looks whether its claims still stand. */
export const LOOK_AT_CLAIM_MS = 2_000;
/** Milliseconds after a claim is in the index by which streams of other definitions have looked, and ended. */
export const OTHERS_END_MS = LOOK_AT_CLAIM_MS + 1_000;
const MICROSECONDS_PER_MS = 1_000;

/** Relations, and under which definitions somebody is about to write them. */
export type Definitions = readonly { readonly name: string; readonly definition: string }[];

/** What is to be claimed. */
export interface ToClaim {
  /** Relations that a stream has written under other definitions, or may have. */
  readonly otherwise: Definitions;
  /** Those whose rows may have been exchanged while a stream wrote them under the same definition. */
  readonly exchanged: Definitions;
}

export const NOTHING_TO_CLAIM: ToClaim = { otherwise: [], exchanged: [] };

/** What somebody has to claim who is about to write relations, some of which a stream may have written. */
export function findToClaim(
  { followed = {} }: Pick<ConnectorState, 'followed'>,
  relations: Definitions,
  { areAnew }: { readonly areAnew: boolean },
): ToClaim {
  const written = relations.filter(({ name }) => followed[name] !== undefined);
  const isSame = ({ name, definition }: Definitions[number]) => isSettled(followed[name], definition);
  return {
    otherwise: written.filter((relation) => !isSame(relation)),
    exchanged: areAnew ? written.filter(isSame) : [],
  };
}

/**
 * Claims relations. Where definitions differ, no sync counts until the claim is in the index, however long that takes, and
 * streams of others have ended; where rows were exchanged, none that began before now.
 * @param write - puts claims into the index's state; also where there are none
 * @param newest - newest version that was used
 */
export async function claimRelations(
  connector: OpenConnector,
  { otherwise, exchanged }: ToClaim,
  newest: number,
  write: (claims: Claims) => Promise<unknown>,
): Promise<void> {
  const claim = (relations: Definitions, since: number) =>
    Object.fromEntries(relations.map(({ name, definition }) => [name, { definition, since }]));
  const now = exchanged.length > 0 ? await readClock(connector) : 0;
  await write({ ...claim(otherwise, NOT_YET), ...claim(exchanged, chooseVersion(now, [newest])) });
  if (otherwise.length === 0) return;
  const othersEnd = (await readClock(connector)) + OTHERS_END_MS * MICROSECONDS_PER_MS;
  await write(claim(otherwise, chooseVersion(othersEnd, [newest])));
}

/**
 * Changes a connector's claims in an index; nothing where no sync has written its state there.
 * @returns those that stand then
 */
export async function changeClaims(
  client: Client,
  { connectorId, concreteIndex }: Pick<SyncJob, 'connectorId' | 'concreteIndex'>,
  change: (standing: Claims) => Claims,
): Promise<Claims> {
  const state = await writeState(client, concreteIndex, ({ connectors, ...others }) => {
    const own = connectors[connectorId];
    if (own === undefined) return { connectors, ...others };
    const followed = change(own.followed ?? {});
    return { ...others, connectors: { ...connectors, [connectorId]: { ...own, followed } } };
  });
  return state.connectors[connectorId]?.followed ?? {};
}

/** Microseconds since 1970 by the clock of the server whose changes are followed. */
export async function readClock(connector: OpenConnector, signal?: AbortSignal): Promise<number> {
  const source = await findPrimary(connector, signal);
  return (await withTransaction(source, readMoment, { isolation: 'repeatable read', signal })).clock;
}

/** All but the claims of relations that are synced no more. */
export function withoutClaims(claims: Claims, dropped: readonly string[]): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !dropped.includes(name)));
}
