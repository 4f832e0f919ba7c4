import type { Settings } from './index-content';

/** Settings that Elasticsearch keeps of an index for itself: nobody set them, and no other index can have them. */
const PRIVATE =
  /^index\.(?:uuid|creation_date|creation_date_string|provided_name|version\.|history\.|resize\.|shrink\.|verified_|replication\.|routing\.allocation\.initial_recovery\.|lifecycle\.(?:indexing_complete|origination_date|step))/u;

/** Why a setting of an index can't be one of the index that takes its place. */
const UNFIT: readonly (readonly [RegExp, string])[] = [
  [/^index\.blocks\./u, 'a new index has to take writes'],
  [/^index\.(?:xpack\.)?ccr\./u, 'it makes the index a follower of another cluster, which takes no writes'],
  [/^index\.store\.snapshot\./u, 'it belongs to an index that is mounted from a snapshot'],
  [/^archived\./u, 'Elasticsearch itself no longer knows it'],
];

/** Whether a setting is an index's own and never anybody's choice; some are only beside others. */
export function isPrivate(name: string, settings: Settings): boolean {
  if (PRIVATE.test(name)) return true;
  // Elasticsearch and index lifecycle management set these two.
  const expands = settings['index.auto_expand_replicas'];
  if (name === 'index.number_of_replicas') return expands !== undefined && expands !== 'false';
  return name === 'index.routing.allocation.include._tier_preference' && settings['index.lifecycle.name'] !== undefined;
}

/** @returns the reason; undefined for a setting that another index can have, too */
export function whyUnfit(name: string): string | undefined {
  return UNFIT.find(([pattern]) => pattern.test(name))?.[1];
}
