import { type Client, errors } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import type { Standing } from '../../sync/job';
import { translateFailures } from '../answers/translate-failure';
import type { IndexContent } from '../blueprint/index-content';
import { describeIndex, type IndexDescription } from '../index/describe-index';
import { readAlias } from '../index/read-alias';
import { aliasActions, chooseAliases } from './move-aliases';
import { requireReplaceable } from './require-replaceable';

export interface AliasSwap {
  readonly alias: string;
  /** The concrete index that serves now. */
  readonly from: string;
  readonly to: string;
  readonly connectorId: string;
  /** What the name stands for afterwards. Absent: an alias as before. */
  readonly as?: Standing | undefined;
}

/** Aliases that others put on the old index while they are moved are moved, too; those who never stop are not waited for. */
const ROUNDS = 5;

/**
 * Puts a rebuilt index in place of the one that serves, with all aliases of that one, in one atomic step: no search fails
 * or finds both. An index that has the alias's name itself is deleted in that step. Calling it again is harmless.
 *
 * @throws SyncFailure as {@link requireReplaceable} does.
 */
export async function swapAlias(client: Client, { alias, from, to, connectorId, as }: AliasSwap): Promise<void> {
  if (await isServedBy(client, alias, to)) return;
  await requireReplaceable(client, { name: alias, concrete: from, viaAlias: from !== alias, connectorId, as });
  for (let round = 0; round < ROUNDS; round += 1) {
    const [old, fresh] = [await describeIndex(client, from), await describeIndex(client, to)];
    if (old === undefined || fresh === undefined) {
      throw new SyncFailure('DestinationChanged', `The index ${old === undefined ? from : to} was deleted.`);
    }
    const isLeft = Object.keys(old.content.aliases).length === 0 && old.concrete !== alias;
    if (isLeft) return;
    const aliases = round === 0 ? chooseAliases(alias, old, fresh) : old.content.aliases;
    await moveAliases(client, alias, { old, to, aliases });
    if (old.concrete === alias) return;
  }
}

async function moveAliases(
  client: Client,
  alias: string,
  { old, to, aliases }: { old: IndexDescription; to: string; aliases: IndexContent['aliases'] },
): Promise<void> {
  await translateFailures(`swapping the alias ${alias}`, async () => {
    try {
      await client.indices.updateAliases({ actions: aliasActions(old, to, aliases) });
    } catch (error) {
      // A first attempt whose answer was lost has done it.
      if (error instanceof errors.ResponseError && (await isServedBy(client, alias, to))) return;
      throw error;
    }
  });
}

async function isServedBy(client: Client, alias: string, concrete: string): Promise<boolean> {
  return (await readAlias(client, alias)).includes(concrete);
}
