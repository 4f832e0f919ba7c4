import type { IndexWarning } from '../../elasticsearch/index/find-index-warnings';
import { listBranches } from '../../sync/relation';
import { formatRelation } from '../../sync/relation';
import type { ProjectedRelation } from '../plan/projected-relation';

/** Branches whose rows no index finds: for each document all rows of their table would be looked at. */
export function warnOfBranches(relations: readonly ProjectedRelation[]): IndexWarning[] {
  return relations.flatMap(({ name, relation }) =>
    listBranches(relation.branches ?? []).flatMap(({ path, branch }) =>
      branch.missingIndexes.map((statement) => ({
        message:
          `documents.nested: no index finds the rows of ${formatRelation(branch.relation)} that are ${path} of a row ` +
          `of ${name}: PostgreSQL may look at the whole table for each document`,
        remedy: `${statement};`,
      })),
    ),
  );
}
