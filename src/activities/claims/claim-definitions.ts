import { writeState } from '../../elasticsearch/index/state-store';
import { withTransaction } from '../../postgres/connection/transaction';
import { findPrimary } from '../../postgres/server/find-primary';
import { readMoment } from '../../postgres/server/read-moment';
import { claimDefinition, type FollowedDefinition } from '../../sync/followed-definitions';
import type { ConnectorState } from '../../sync/index-state';
import type { SyncJob } from '../../sync/sync-plan';
import { chooseVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';

/** Milliseconds after which a stream that writes looks whether its definitions are still those that were claimed last. */
export const LOOK_AT_CLAIM_MS = 2_000;
/** Milliseconds by which it has looked, and ended. */
const OTHERS_END_MS = 3_000;
const MICROSECONDS_PER_MS = 1_000;

/** Relations, and under which definitions somebody is about to write them. */
export type Definitions = readonly { readonly name: string; readonly definition: string }[];

/** When it is, and the version of the moment by which streams of other definitions will have ended. */
export interface ClaimTime {
  readonly clock: number;
  readonly othersEnd: number;
}

/** Reads when a claim is made: by the clock of the server whose changes are followed. */
export async function readClaimTime(connector: OpenConnector, signal?: AbortSignal): Promise<ClaimTime> {
  const source = await findPrimary(connector, signal);
  const { clock } = await withTransaction(source, readMoment, { isolation: 'repeatable read', signal });
  return { clock, othersEnd: clock + OTHERS_END_MS * MICROSECONDS_PER_MS };
}

/** Whether somebody who writes relations has to claim them, since a stream wrote them under other definitions. */
export function needsClaim({ followed = {} }: Pick<ConnectorState, 'followed'>, relations: Definitions): boolean {
  return relations.some(({ name, definition }) => {
    const before = followed[name];
    return before !== undefined && before.definition !== definition;
  });
}

/** Claims the relations among these that a stream has written; all others are left as they are. */
export function claimAgain(
  { followed = {}, version }: Pick<ConnectorState, 'followed' | 'version'>,
  relations: Definitions,
  { othersEnd }: ClaimTime,
): Readonly<Record<string, FollowedDefinition>> {
  const since = chooseVersion(othersEnd, [version]);
  const claimed = new Map(Object.entries(followed));
  for (const { name, definition } of relations) {
    const before = claimed.get(name);
    if (before !== undefined) claimed.set(name, claimDefinition(before, definition, since));
  }
  return Object.fromEntries(claimed);
}

/**
 * Claims relations for a stream, before its first write. Those that are followed no longer keep their claims.
 * @returns milliseconds until streams of other definitions have ended; a sync that begins by then does not count
 */
export async function claimForStream(
  connector: OpenConnector,
  { connectorId, concreteIndex }: Pick<SyncJob, 'connectorId' | 'concreteIndex'>,
  relations: Definitions,
  signal: AbortSignal,
): Promise<number> {
  const time = await readClaimTime(connector, signal);
  const first = Object.fromEntries(relations.map(({ name, definition }) => [name, { definition }]));
  const state = await writeState(connector.elasticsearch, concreteIndex, ({ connectors, ...others }) => {
    const own = connectors[connectorId];
    if (own === undefined) return { connectors, ...others };
    const known = { ...own, followed: { ...first, ...own.followed } };
    return {
      ...others,
      connectors: { ...connectors, [connectorId]: { ...known, followed: claimAgain(known, relations, time) } },
    };
  });
  const { followed = {} } = state.connectors[connectorId] ?? {};
  const latest = Math.max(0, ...Object.values(followed).map(({ since = 0 }) => since));
  return Math.min(OTHERS_END_MS, Math.max(0, (latest - time.clock) / MICROSECONDS_PER_MS));
}
