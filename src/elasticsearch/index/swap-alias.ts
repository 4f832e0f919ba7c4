import { type Client, errors } from '@elastic/elasticsearch';

import { translateFailures } from '../answers/translate-failure';
import { describeIndex } from './describe-index';
import { requireReplaceable } from './require-replaceable';

export interface AliasSwap {
  readonly alias: string;
  /** The concrete index that serves now. */
  readonly from: string;
  readonly to: string;
  readonly connectorId: string;
}

/**
 * Puts a rebuilt index in place of the one that serves, in one atomic step: no search fails or finds both. Calling it
 * again is harmless.
 *
 * @throws SyncFailure as {@link requireReplaceable} does.
 */
export async function swapAlias(client: Client, { alias, from, to, connectorId }: AliasSwap): Promise<void> {
  if (await isServedBy(client, alias, to)) return;
  await requireReplaceable(client, { name: alias, concrete: from, viaAlias: from !== alias }, connectorId);
  const add = { add: { index: to, alias, is_write_index: true } };
  const remove = { remove: { index: from, alias, must_exist: true } };
  await translateFailures(`swapping the alias ${alias}`, async () => {
    try {
      await client.indices.updateAliases({ actions: [remove, add] });
    } catch (error) {
      // A first attempt whose answer was lost has done it.
      if (error instanceof errors.ResponseError && (await isServedBy(client, alias, to))) return;
      throw error;
    }
  });
}

async function isServedBy(client: Client, alias: string, concrete: string): Promise<boolean> {
  return (await describeIndex(client, alias))?.concrete === concrete;
}
