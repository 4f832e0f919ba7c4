import type { Client } from '@elastic/elasticsearch';

import { translateFailures } from '../answers/translate-failure';
import { deleteIndex } from '../index/delete-index';
import { describeIndex, type IndexDescription } from '../index/describe-index';
import { othersMeta, ownMeta } from '../index/state-format';
import { changeMeta } from '../index/state-store';
import { findAbandonedIndices } from './find-abandoned-indices';
import { isCloneOf, settleAsIndex } from './settle-as-index';
import { type AliasSwap, swapAlias } from './swap-alias';

/**
 * Lets a rebuilt index serve under its name, and deletes what pgferry made for that name and nothing points to any
 * more: the index that served so far, and what was left by rebuilds that were broken off. Whatever breaks it off, calling
 * it again completes it.
 *
 * @returns why its name stays an alias, where it was to be an index; else undefined
 * @throws SyncFailure as {@link swapAlias} and {@link settleAsIndex} do.
 */
export async function replaceIndex(client: Client, swap: Omit<AliasSwap, 'from'>): Promise<string | undefined> {
  const { alias, to, connectorId, as } = swap;
  const serving = await describeIndex(client, alias);
  if (serving === undefined) {
    await translateFailures(`making the alias ${alias}`, () =>
      client.indices.updateAliases({ actions: [{ add: { index: to, alias, is_write_index: true } }] }),
    );
  } else if (serving.concrete !== to && !isCloneOf(serving, to)) {
    // Somebody's own `_meta` may have taken the marks away by which the old index is found to be deleted.
    if (serving.isOwn && serving.viaAlias)
      await changeMeta(client, serving.concrete, (meta) => ({ ...meta, ...ownMeta(alias) }), 'put');
    await keepOthersMeta(client, serving, to);
    await swapAlias(client, { ...swap, from: serving.concrete });
  }
  const refusal = as === 'index' ? await settleAsIndex(client, { name: alias, from: to, connectorId }) : undefined;
  for (const abandoned of await findAbandonedIndices(client, alias)) await deleteIndex(client, abandoned);
  return refusal;
}

/** Copies what others wrote into the old index's `_meta` since the new one was made. */
async function keepOthersMeta(client: Client, { meta }: IndexDescription, to: string): Promise<void> {
  const others = othersMeta(meta);
  if (Object.keys(others).length > 0) await changeMeta(client, to, (own) => ({ ...own, ...others }), 'put');
}
