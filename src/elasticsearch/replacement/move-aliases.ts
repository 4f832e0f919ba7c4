import type { Client, estypes } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { translateFailures } from '../answers/translate-failure';
import type { AliasDefinition, IndexContent } from '../blueprint/index-content';
import { readRecord } from '../index/creation-record';
import type { IndexDescription } from '../index/describe-index';

type Aliases = IndexContent['aliases'];

/**
 * The aliases of an index that takes the place of another one: all of that one, as they stand on it, and those that a
 * template gives the new one, unless somebody took them off the old one. pgferry's own takes the writes.
 */
export function chooseAliases(alias: string, from: IndexDescription, to: IndexDescription): Aliases {
  const { aliases: present } = from.content;
  const givenThen = readRecord(from.meta).content.aliases;
  const givenNow = Object.entries(readRecord(to.meta).content.aliases).filter(
    ([name]) => name === alias || !Object.hasOwn(givenThen, name) || Object.hasOwn(present, name),
  );
  const own: AliasDefinition = { ...present[alias], is_write_index: true };
  return { ...Object.fromEntries(givenNow), ...present, [alias]: own };
}

/**
 * One request's worth of actions: searches find the old index or the new one by every alias, never both and never none.
 * An old index that has one of these names itself is deleted by it.
 */
export function aliasActions(
  from: IndexDescription,
  to: string,
  aliases: Aliases,
): estypes.IndicesUpdateAliasesAction[] {
  const leave = Object.hasOwn(aliases, from.concrete)
    ? [{ remove_index: { index: from.concrete } }]
    : Object.keys(from.content.aliases).map((alias) => ({
        remove: { index: from.concrete, alias, must_exist: true },
      }));
  return [
    ...leave,
    ...Object.entries(aliases).map(([alias, definition]) => ({ add: { index: to, alias, ...definition } })),
  ];
}

/**
 * Tries the filters of an index's aliases on the index that will take them over: its swap would refuse one that can't be
 * searched there, after everything was copied.
 * @throws SyncFailure `InvalidConfig` that names the alias
 */
export async function checkAliasFilters(client: Client, from: IndexDescription, to: string): Promise<void> {
  for (const [alias, { filter }] of Object.entries(from.content.aliases)) {
    if (filter === undefined) continue;
    const { valid } = await translateFailures(`trying the filter of the alias ${alias}`, () =>
      client.indices.validateQuery({ index: to, query: filter as estypes.QueryDslQueryContainer }),
    );
    if (valid) continue;
    throw new SyncFailure(
      'InvalidConfig',
      `The filter of the alias ${alias}, which has to move to the rebuilt index, can't be searched with its mapping.`,
      `Correct the filter, or take the alias off ${from.concrete}; then sync with --rebuild again.`,
    );
  }
}
