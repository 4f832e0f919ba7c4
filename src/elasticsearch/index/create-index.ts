import { type Client, errors, type estypes } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { describeRefusal } from '../answers/describe-refusal';
import { withTakenSettings } from '../answers/refused-settings';
import { isAlreadyThere } from '../answers/response-error';
import { readErrorCause, translateFailures } from '../answers/translate-failure';
import { toMapping } from '../blueprint/read-content';
import { withoutChanges } from '../blueprint/without-changes';
import { readRecord, replaceRecord } from './creation-record';
import { describeIndex, type IndexDescription } from './describe-index';
import { designIndex, type IndexDesign, type WantedIndex } from './design-index';
import { beginLoading } from './load-mode';
import { requireMadeFit } from './require-made-fit';
import { isOwnIndex, ownMeta } from './state-format';
import { changeMeta } from './state-store';

export interface NewIndex extends WantedIndex {
  /**
   * Whether the alias points to the new index from its first moment. False for a rebuild, which swaps it at the end.
   * @default true
   */
  readonly behindAlias?: boolean;
  /** No refreshes and no replicas until `restoreSettings`. */
  readonly loading: boolean;
}

/**
 * Makes a concrete index, with all that comes along from the one that it will replace, and the alias in front of it
 * in one request. Calling it again with the same names is harmless.
 *
 * @throws SyncFailure `InvalidConfig` for a name that can't be used or is taken, `MappingConflict` for a mapping that
 * Elasticsearch refuses; as `requireFit` for templates under which the index would be of no use.
 */
export async function createIndex(client: Client, index: NewIndex): Promise<IndexDescription> {
  const design = await designIndex(client, index);
  await translateFailures(`creating the index ${index.concrete}`, async () => {
    try {
      await requestIndex(client, index, design);
    } catch (error) {
      if (!isAlreadyThere(error)) throw refusedSection(error, index) ?? error;
      return assertOwn(client, index);
    }
    await requireMadeFit(client, index);
  });
  await recordCreation(client, index.concrete, design);
  if (index.behindAlias === false) await takeOffAliases(client, index.concrete);
  if (index.loading) await beginLoading(client, index.concrete);
  const description = await describeIndex(client, index.concrete);
  if (description === undefined) throw new SyncFailure('DestinationChanged', `Index ${index.concrete} was deleted.`);
  return { ...description, name: index.alias, viaAlias: index.behindAlias !== false };
}

const OF_CONTENT: ReadonlySet<string> = new Set([
  'mapper_parsing_exception',
  'illegal_argument_exception',
  'settings_exception',
]);

/** What Elasticsearch refuses of an index that the connector's section `index` has a say in is for that to correct. */
function refusedSection(error: unknown, { section }: NewIndex): SyncFailure | undefined {
  if (section === undefined || !(error instanceof errors.ResponseError) || error.statusCode !== 400) return undefined;
  if (!OF_CONTENT.has(readErrorCause(error.body).type ?? '')) return undefined;
  return new SyncFailure(
    'InvalidConfig',
    `Elasticsearch refuses the index as its templates and the connector's section index have it: ` +
      `${describeRefusal(error.body)}.`,
    'Correct the section index of the connector.',
  );
}

async function requestIndex(
  client: Client,
  { alias, concrete, behindAlias = true }: NewIndex,
  { blueprint, meta }: IndexDesign,
): Promise<void> {
  await withTakenSettings(client, blueprint.settings, (settings) =>
    client.indices.create({
      index: concrete,
      ...(behindAlias ? { aliases: { [alias]: { is_write_index: true } } } : {}),
      settings,
      mappings: {
        ...toMapping(blueprint.parameters),
        _meta: { ...meta, ...ownMeta(alias) },
        properties: blueprint.properties as Record<string, estypes.MappingProperty>,
      },
    }),
  );
}

/** Keeps what the index has been given by templates and by pgferry, so that a person's changes can be told from it. */
async function recordCreation(client: Client, concrete: string, { changed, given }: IndexDesign): Promise<void> {
  const made = await describeIndex(client, concrete);
  if (made === undefined || readRecord(made.meta).isWhole) return;
  const content = withoutChanges(made.content, changed, given);
  await changeMeta(client, concrete, (meta) => replaceRecord(meta, { content, isWhole: true }), 'put');
}

/** Aliases of a template would show a half-filled index; its swap puts them on. */
async function takeOffAliases(client: Client, concrete: string): Promise<void> {
  const found = await describeIndex(client, concrete);
  const aliases = Object.keys(found?.content.aliases ?? {});
  if (aliases.length === 0) return;
  await translateFailures(`taking the aliases of a template off the index ${concrete}`, () =>
    client.indices.updateAliases({ actions: [{ remove: { index: concrete, aliases, must_exist: false } }] }),
  );
}

async function assertOwn(client: Client, { alias, concrete, behindAlias = true }: NewIndex): Promise<void> {
  const found = (await client.indices.get({ index: concrete }))[concrete];
  const hasAlias = !behindAlias || found?.aliases?.[alias] !== undefined;
  if (isOwnIndex(found?.mappings?._meta ?? {}, alias) && hasAlias) return;
  throw new SyncFailure(
    'InvalidConfig',
    `The index ${concrete}, which pgferry would make behind the alias ${alias}, is there already and is not its own.`,
  );
}
