import { setTimeout as sleep } from 'node:timers/promises';

import { readState } from '../../elasticsearch/index/state-store';
import { SyncFailure } from '../../sync/failures';
import { type Claims, type FollowedDefinition, isSettled, withClaims } from '../../sync/followed-definitions';
import type { ConnectorState } from '../../sync/index-state';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import {
  changeClaims,
  claimRelations,
  type Definitions,
  findToClaim,
  OTHERS_END_MS,
  readClock,
} from './claim-relations';

const MICROSECONDS_PER_MS = 1_000;

/**
 * Claims relations for a stream, before its first write, and waits until streams of other definitions have ended: a sync that
 * begins then counts. Relations that are no longer followed keep their claims.
 * @param say - hears what it waits for
 * @returns its claims, for {@link holdClaims}
 */
export async function takeClaims(
  connector: OpenConnector,
  job: Pick<SyncJob, 'connectorId' | 'concreteIndex'>,
  relations: Definitions,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<Claims> {
  const { elasticsearch } = connector;
  const before = (await readState(elasticsearch, job.concreteIndex)).connectors[job.connectorId];
  const first: Claims = Object.fromEntries(relations.map(({ name, definition }) => [name, { definition }]));
  const toClaim = findToClaim(before ?? {}, relations, { areAnew: false });
  let standing: Claims = {};
  await claimRelations(connector, toClaim, before?.version ?? 0, async (made) => {
    standing = await changeClaims(elasticsearch, job, (known) => withClaims({ ...first, ...known }, made));
  });
  // One that does not stand, or that somebody took meanwhile, is lost at the first look.
  const claims = Object.entries(first).map(([name, claim]) => {
    const now = standing[name];
    return [name, now !== undefined && isSettled(now, claim.definition) ? now : claim] as const;
  });
  const taken = Object.fromEntries(claims);
  await untilOthersEnd(connector, taken, say, signal);
  return taken;
}

/** Where the clock stepped back, claims may be far ahead of it: whoever waits for that would wait in vain. */
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

/** A stream's claims, as it holds them. */
export interface HeldClaims {
  /**
   * Compares them with those that stand.
   * @throws SyncFailure `ClaimLost` where somebody has claimed a relation under another definition
   */
  readonly check: (state: Pick<ConnectorState, 'followed'> | undefined) => Promise<void>;
}

/**
 * @param onExchanged - hears of relations that a sync has planned anew under the same definition, once one that begins then
 *   counts: until it has, documents may be of rows that others replaced
 */
export function holdClaims(
  claims: Claims,
  { clock, onExchanged }: { readonly clock: () => Promise<number>; readonly onExchanged: (relation: string) => void },
): HeldClaims {
  const held = new Map(Object.entries(claims));
  return {
    check: async (state) => {
      const raised: [string, FollowedDefinition][] = [];
      for (const [name, { definition, since }] of held) {
        const now = state?.followed?.[name];
        if (now?.definition !== definition) throw lost(name, now?.definition, definition);
        if (now.since !== undefined && now.since !== since) raised.push([name, now]);
      }
      if (raised.length === 0) return;
      const time = await clock();
      for (const [name, claim] of raised) {
        if ((claim.since ?? 0) > time) continue;
        held.set(name, claim);
        onExchanged(name);
      }
    },
  };
}

function lost(relation: string, now: string | undefined, before: string): SyncFailure {
  const how = now === undefined ? 'is synced no more' : `is written under definition ${now}, not ${before}`;
  return new SyncFailure('ClaimLost', `The stream begins anew: ${relation} ${how}.`);
}
