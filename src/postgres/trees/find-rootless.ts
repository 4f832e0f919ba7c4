import type { ConnectorSettings } from '../../config/settings/settings';
import { parseRelation, type Relation, type SkippedRelation } from '../../sync/relation';
import type { SourceProblem } from '../catalog/select-relations';
import { findRoots } from './grow-trees';

/** Finds trees of `documents.nested` whose root the connector doesn't read, where nothing else says why. */
export function findRootless(
  { documents: { nested = {} }, selection: { schemas }, rules }: ConnectorSettings,
  relations: readonly Relation[],
  told: { readonly problems: readonly SourceProblem[]; readonly skipped: readonly SkippedRelation[] },
): SourceProblem[] {
  const named = [...told.problems, ...told.skipped].map(({ relation }) => parseRelation(relation));
  return Object.entries(nested).flatMap(([name, branches]) => {
    if (findRoots({ [name]: branches }, relations, schemas).length > 0) return [];
    if (named.some(({ schema, table }) => [table, `${schema}.${table}`, schema].includes(name))) return [];
    const message =
      rules.advanced.length > 0
        ? `documents.nested names ${name}, but the advanced sync rules take the place of tables.`
        : `documents.nested names ${name}, which is none of the tables that are synced.`;
    const remedy = 'Name a table that `tables` selects, by its name or as schema.table.';
    return [{ type: 'InvalidConfig' as const, relation: name, message, remedy }];
  });
}
