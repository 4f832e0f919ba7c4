import type { Client, estypes } from '@elastic/elasticsearch';

import { type FailureType, SyncFailure } from '../../sync/failures';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { requireFit } from '../fit/require-fit';
import { assertNoConflict, compareMapping } from './compare-mapping';
import { describeIndex, type IndexDescription } from './describe-index';
import type { WantedIndex } from './design-index';

/**
 * Holds what an index was really made with against what it has to be, and removes it again where it doesn't fit: what
 * templates give can't be asked by every key. To be called only by whoever has just made the index: it holds no
 * document then.
 * @throws SyncFailure as {@link requireFit}, `MappingConflict` for a field of another type
 */
export async function requireMadeFit(client: Client, { concrete, alias, mapping }: WantedIndex): Promise<void> {
  await removeUnlessFit(client, concrete, async () => {
    const made = await describeMade(client, concrete);
    requireFit(made.content, alias, `The index ${concrete}, by a template of the cluster,`);
    assertNoConflict(concrete, compareMapping(made.properties, mapping).conflicts);
  });
}

const OF_THE_INDEX: ReadonlySet<FailureType> = new Set(['InvalidConfig', 'RoutingRequired', 'MappingConflict']);

/** Runs a check of an index that was just made; one that fails it for good is removed. */
export async function removeUnlessFit<Result>(
  client: Client,
  concrete: string,
  check: () => Promise<Result>,
): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof SyncFailure) || !OF_THE_INDEX.has(error.type)) throw error;
    await removeMade(client, concrete);
    throw new SyncFailure(error.type, `${error.message} The new index was removed again.`, error.remedy);
  }
}

/** An index whose metadata are blocked can't even be described. */
async function describeMade(client: Client, concrete: string): Promise<IndexDescription> {
  try {
    const made = await describeIndex(client, concrete);
    if (made !== undefined) return made;
  } catch (error) {
    if (!(error instanceof SyncFailure) || error.type !== 'DestinationBlocked') throw error;
    throw new SyncFailure(
      'InvalidConfig',
      `A template of the cluster blocks the index ${concrete} from the start. ${error.message}.`,
      'Take the block out of the template, or choose an index_name that it does not match.',
    );
  }
  throw new SyncFailure('DestinationChanged', `Index ${concrete} was deleted.`);
}

const UNBLOCKED = {
  'index.blocks.read_only': null,
  'index.blocks.metadata': null,
} as unknown as estypes.IndicesIndexSettings;

/** Blocks that a template gave keep an index from being deleted. */
async function removeMade(client: Client, concrete: string): Promise<void> {
  await translateFailures(`removing the index ${concrete}`, () =>
    unlessMissing(async () => {
      await client.indices.putSettings({ index: concrete, settings: UNBLOCKED });
      await client.indices.delete({ index: concrete });
    }),
  );
}
