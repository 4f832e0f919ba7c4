import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { type Claims, withClaims } from '../../sync/followed-definitions';
import type { SyncJob, SyncPlan } from '../../sync/sync-plan';
import { changeClaims, claimRelations, findToClaim } from '../claims/claim-relations';
import type { OpenConnector } from '../connector/connector-registry';

/**
 * Takes the claims of the index that is rebuilt along to the new one: a stream writes through the alias, so the new one from
 * the moment that it serves. Before that nobody looks at the new one's.
 * @param filled - the new index, which serves already where this is tried again
 */
export async function bringClaims(
  { elasticsearch }: OpenConnector,
  { index, connectorId }: SyncJob,
  filled: string,
): Promise<void> {
  const old = await describeIndex(elasticsearch, index);
  const followed = old?.concrete === filled ? undefined : old?.state.connectors[connectorId]?.followed;
  if (followed === undefined) return;
  const target = { connectorId, concreteIndex: filled };
  await changeClaims(elasticsearch, target, (own) => ({ ...own, ...along(followed, own) }));
}

/** A stream that writes by the old index's claim may go on for a while, whatever was claimed in the new one. */
function along(old: Claims, own: Claims): Claims {
  const entries = Object.entries(old).map(([name, { definition, since = 0 }]) => {
    const there = own[name];
    const latest = Math.max(since, there?.definition === definition ? (there.since ?? 0) : 0);
    return [name, { definition, ...(latest === 0 ? {} : { since: latest }) }] as const;
  });
  return Object.fromEntries(entries);
}

/** Claims what a stream writes under other definitions than a rebuild did, whose index serves from now on. */
export async function claimRebuilt(
  connector: OpenConnector,
  { job, relations }: Pick<SyncPlan, 'job' | 'relations'>,
  { concrete, state }: IndexDescription,
): Promise<void> {
  const own = state.connectors[job.connectorId];
  if (own?.followed === undefined) return;
  const target = { ...job, concreteIndex: concrete };
  await claimRelations(connector, findToClaim(own, relations, { areAnew: false }), own.version, (claims) =>
    changeClaims(connector.elasticsearch, target, (standing) => withClaims(standing, claims)),
  );
}
