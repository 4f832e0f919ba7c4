import type { Client } from '@elastic/elasticsearch';

import { translateFailures } from '../answers/translate-failure';
import { deleteIndex } from './delete-index';
import { describeIndex, type IndexDescription } from './describe-index';
import { findAbandonedIndices } from './find-abandoned-indices';
import { othersMeta, ownMeta } from './state-format';
import { changeMeta } from './state-store';
import { type AliasSwap, swapAlias } from './swap-alias';

/**
 * Lets a rebuilt index serve under its alias, and deletes what pgferry made for that alias and nothing points to any
 * more: the index that served so far, and what was left by rebuilds that were broken off. Whatever breaks it off, calling
 * it again completes it.
 *
 * @throws SyncFailure as {@link swapAlias} does.
 */
export async function replaceIndex(client: Client, { alias, to, connectorId }: Omit<AliasSwap, 'from'>): Promise<void> {
  const serving = await describeIndex(client, alias);
  if (serving === undefined) {
    await translateFailures(`making the alias ${alias}`, () =>
      client.indices.updateAliases({ actions: [{ add: { index: to, alias, is_write_index: true } }] }),
    );
  } else if (serving.concrete !== to) {
    // Somebody's own `_meta` may have taken the marks away by which the old index is found to be deleted.
    if (serving.isOwn) await changeMeta(client, serving.concrete, (meta) => ({ ...meta, ...ownMeta(alias) }), 'put');
    await keepOthersMeta(client, serving, to);
    await swapAlias(client, { alias, from: serving.concrete, to, connectorId });
  }
  for (const abandoned of await findAbandonedIndices(client, alias)) await deleteIndex(client, abandoned);
}

/** Copies what others wrote into the old index's `_meta` since the new one was made. */
async function keepOthersMeta(client: Client, { meta }: IndexDescription, to: string): Promise<void> {
  const others = othersMeta(meta);
  if (Object.keys(others).length > 0) await changeMeta(client, to, (own) => ({ ...own, ...others }), 'put');
}
