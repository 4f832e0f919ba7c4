import type { SkippedRelation } from '../../sync/relation';

/** Relations that are told one by one: a database may have thousands of tables without a key. */
export const MOST_TOLD = 5;

/** Sentences about relations that a sync leaves out. */
export function noteSkipped(skipped: readonly SkippedRelation[]): string[] {
  const told = skipped.slice(0, MOST_TOLD).map(({ relation, reason }) => `${relation} is left out: ${reason}`);
  const more = skipped.length - told.length;
  return more === 0 ? told : [...told, `${more} more relations are left out: \`pgferry plan\` lists them`];
}
