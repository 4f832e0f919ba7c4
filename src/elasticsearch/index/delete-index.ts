import type { Client } from '@elastic/elasticsearch';

import { translateFailures } from '../answers/translate-failure';
import { describeIndex } from './describe-index';

/**
 * Deletes a concrete index, but only one that pgferry made and that no alias points to any more.
 *
 * @returns whether it was deleted.
 */
export async function deleteIndex(client: Client, concrete: string): Promise<boolean> {
  const found = await describeIndex(client, concrete);
  if (found === undefined || found.viaAlias || !found.isOwn || Object.keys(found.content.aliases).length > 0)
    return false;
  return translateFailures(`deleting the index ${concrete}`, async () => {
    await client.indices.delete({ index: concrete, ignore_unavailable: true });
    return true;
  });
}

/** Deletes a concrete index, and with it the aliases that stand on it. */
export async function dropIndex(client: Client, concrete: string): Promise<void> {
  await translateFailures(`deleting the index ${concrete}`, () =>
    client.indices.delete({ index: concrete, ignore_unavailable: true }),
  );
}
