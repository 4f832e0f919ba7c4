import { type Client, errors, type estypes } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import type { IndexMapping } from '../../sync/field-mapping';
import { readErrorCause, translateFailures } from '../answers/translate-failure';
import { describeIndex, type IndexDescription } from './describe-index';
import { fieldLimit, GC_DELETES, holdsVectors } from './index-requirements';
import { beginLoading } from './load-mode';
import { isOwnIndex, ownMeta } from './state-format';

export interface NewIndex {
  /** `index_name`: dead letters, rebuilds and the alias go by it. */
  readonly alias: string;
  /** Name of the index itself, see `concreteIndexName`. */
  readonly concrete: string;
  /**
   * Whether the alias points to the new index from its first moment. False for a rebuild, which swaps it at the end.
   * @default true
   */
  readonly behindAlias?: boolean;
  readonly mapping: IndexMapping;
  /** Fields that the index must have room for. */
  readonly totalFields: number;
  /** No refreshes and no replicas until `restoreSettings`. */
  readonly loading: boolean;
}

/**
 * Makes a concrete index and the alias in front of it in one request. Calling it again with the same names is harmless.
 *
 * @throws SyncFailure `InvalidConfig` for a name that can't be used or is taken, `MappingConflict` for a mapping that
 * Elasticsearch refuses.
 */
export async function createIndex(client: Client, index: NewIndex): Promise<IndexDescription> {
  await translateFailures(`creating the index ${index.concrete}`, async () => {
    try {
      await requestIndex(client, index, holdsVectors(index.mapping.properties));
    } catch (error) {
      if (isAlreadyThere(error)) await assertOwn(client, index);
      else if (lacksVectorSetting(error)) await requestIndex(client, index, false);
      else throw error;
    }
  });
  if (index.loading) await beginLoading(client, index.concrete);
  const description = await describeIndex(client, index.concrete);
  if (description === undefined) throw new SyncFailure('DestinationChanged', `Index ${index.concrete} was deleted.`);
  return { ...description, name: index.alias, viaAlias: index.behindAlias !== false };
}

async function requestIndex(
  client: Client,
  { alias, concrete, behindAlias = true, mapping, totalFields }: NewIndex,
  keepVectors: boolean,
) {
  await client.indices.create({
    index: concrete,
    ...(behindAlias ? { aliases: { [alias]: { is_write_index: true } } } : {}),
    settings: {
      'index.gc_deletes': GC_DELETES,
      'index.mapping.total_fields.limit': fieldLimit(mapping.properties, totalFields),
      // Without it vectors are left out of `_source`, and so of search answers, since 9.2.
      ...(keepVectors ? { 'index.mapping.exclude_source_vectors': false } : {}),
    },
    mappings: {
      dynamic: mapping.dynamic,
      _meta: ownMeta(alias),
      properties: mapping.properties as Record<string, estypes.MappingProperty>,
    },
  });
}

function isAlreadyThere(error: unknown): boolean {
  return (
    error instanceof errors.ResponseError && readErrorCause(error.body).type === 'resource_already_exists_exception'
  );
}

/** Versions before 9.2 don't know the setting, and keep vectors in `_source` anyway. */
function lacksVectorSetting(error: unknown): boolean {
  return (
    error instanceof errors.ResponseError &&
    (readErrorCause(error.body).reason ?? '').startsWith('unknown setting [index.mapping.exclude_source_vectors]')
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
