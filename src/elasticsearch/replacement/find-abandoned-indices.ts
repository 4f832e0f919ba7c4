import type { Client } from '@elastic/elasticsearch';

import { translateFailures } from '../answers/translate-failure';
import { isOwnIndex } from '../index/state-format';

/**
 * Concrete indices that pgferry made for an alias and that nothing points to: left by rebuilds that were broken off.
 *
 * @returns their names; the one that serves is never among them.
 */
export async function findAbandonedIndices(client: Client, alias: string): Promise<string[]> {
  return translateFailures(`looking for abandoned indices of ${alias}`, async () => {
    const found = await client.indices.get({ index: `${alias}-*`, expand_wildcards: 'all', ignore_unavailable: true });
    return Object.entries(found)
      .filter(([, { aliases, mappings }]) => {
        return Object.keys(aliases ?? {}).length === 0 && isOwnIndex(mappings?._meta ?? {}, alias);
      })
      .map(([name]) => name);
  });
}
