import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { readState, writeState } from '../../elasticsearch/index/state-store';
import { SyncFailure } from '../../sync/failures';
import type { ConnectorState } from '../../sync/index-state';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import {
  claimRelations,
  type Claims,
  type Definitions,
  listFollowedOtherwise,
  OTHERS_END_MS,
  readClock,
  withClaims,
} from './claim-definitions';

const MICROSECONDS_PER_MS = 1_000;

type Target = Pick<SyncJob, 'connectorId' | 'concreteIndex'>;

/**
 * Claims relations for a stream, before its first write, and waits until streams with other claims have ended: a sync that
 * begins then counts. Relations that are no longer followed keep their claims.
 * @param say - hears what it waits for
 * @returns its claims, which {@link lookAtClaims} compares
 */
export async function takeClaims(
  connector: OpenConnector,
  { connectorId, concreteIndex }: Target,
  relations: Definitions,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<Claims> {
  const { elasticsearch } = connector;
  const before = (await readState(elasticsearch, concreteIndex)).connectors[connectorId];
  const first: Claims = Object.fromEntries(relations.map(({ name, definition }) => [name, { definition }]));
  const others = before === undefined ? [] : listFollowedOtherwise(before, relations);
  let claims = first;
  await claimRelations(
    connector,
    others,
    async (made) => {
      const state = await writeState(elasticsearch, concreteIndex, ({ connectors, ...rest }) => {
        const own = connectors[connectorId];
        if (own === undefined) return { connectors, ...rest };
        const followed = withClaims({ ...own, followed: { ...first, ...own.followed } }, made);
        return { ...rest, connectors: { ...connectors, [connectorId]: { ...own, followed } } };
      });
      claims = standingOf(first, state.connectors[connectorId]?.followed);
    },
    signal,
  );
  await untilOthersEnd(connector, claims, say, signal);
  return claims;
}

/** A claim that does not stand, or that somebody took meanwhile, is lost at the first look. */
function standingOf(first: Claims, standing: Claims = {}): Claims {
  const entries = Object.entries(first).map(([name, claim]) => {
    const now = standing[name];
    return [name, now?.definition === claim.definition ? now : claim] as const;
  });
  return Object.fromEntries(entries);
}

/** Where the clock stepped back, claims may be far ahead of it; so are the versions of whoever begins then. */
async function untilOthersEnd(
  connector: OpenConnector,
  claims: Claims,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const latest = Math.max(0, ...Object.values(claims).map(({ since = 0 }) => since));
  const leftMs = (latest - (await readClock(connector, signal))) / MICROSECONDS_PER_MS;
  if (leftMs <= 0) return;
  say('waiting for streams of other definitions to end');
  await sleep(Math.min(OTHERS_END_MS, leftMs + 1), undefined, { signal });
}

/**
 * Looks whether a stream's claims stand.
 * @returns the newest version that the index says was used
 * @throws SyncFailure as {@link requireClaims} does
 */
export async function lookAtClaims(
  { elasticsearch }: Pick<OpenConnector, 'elasticsearch'>,
  { connectorId, concreteIndex }: Target,
  claims: Claims,
): Promise<number | undefined> {
  const state = (await readState(elasticsearch, concreteIndex)).connectors[connectorId];
  requireClaims(state, claims);
  return state?.version;
}

/** @throws SyncFailure `ClaimLost` where somebody has claimed a relation since a stream did */
export function requireClaims(state: ConnectorState | undefined, claims: Claims): void {
  const now = state?.followed ?? {};
  const lost = Object.entries(claims).find(([name, claim]) => !isDeepStrictEqual(now[name], claim));
  if (lost === undefined) return;
  const [name, { definition: before }] = lost;
  const definition = now[name]?.definition ?? 'none';
  const how = definition === before ? 'is copied anew' : `is written under definition ${definition}, not ${before}`;
  throw new SyncFailure('ClaimLost', `The stream begins anew: ${name} ${how}.`);
}
