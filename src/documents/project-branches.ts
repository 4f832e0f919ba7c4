import { formatRelation, type Relation } from '../sync/relation';
import { type BranchField, placeBranches } from './branch-rows';
import type { DocumentOptions } from './fields/document-options';
import { branchOmitted, branchSize, crowdedBranch, joinTerms } from './measure-branches';
import { refuseSharedNames, renderBranches } from './render-branch';

/** The branches of a relation as SQL over its row `t`. */
export interface ProjectedBranches {
  readonly fields: readonly BranchField[];
  /** Bigint: bytes of their rows' values that may be large. */
  readonly size?: string | undefined;
  /** Integer: how many of their values the document leaves out. */
  readonly omitted?: string | undefined;
  /** Text: the branch that has too many rows, or null. */
  readonly crowded?: string | undefined;
}

/**
 * @param taken - fields that the document has without them
 * @param isGathering - whether the statement has gathered the rows of branches that ask for it
 * @throws SyncFailure `InvalidConfig` where two fields would share a name
 */
export function projectBranches(
  relation: Relation,
  taken: readonly string[],
  options: DocumentOptions,
  isGathering = false,
): ProjectedBranches {
  if (relation.branches === undefined) return { fields: [] };
  const placed = placeBranches(relation.branches, 't', 1, isGathering);
  const fields = renderBranches(placed, options);
  refuseSharedNames(formatRelation(relation), taken, fields);
  return {
    fields,
    size: joinTerms(placed.map((branch) => branchSize(branch, options))),
    omitted: joinTerms(placed.map((branch) => branchOmitted(branch, options))),
    crowded: crowdedBranch(placed, options),
  };
}
