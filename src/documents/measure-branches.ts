import type { Column } from '../sync/relation';
import { fromBranch, inOrder, placeBranches, type PlacedBranch } from './branch-rows';
import type { DocumentOptions } from './fields/document-options';
import { omittedExpression } from './omitted-expression';
import { isExcluded, renderField } from './render-field';
import { sizeExpression } from './size-expression';
import { quoteLiteral } from './sql-text';

/** Bytes that stand for a list with too many rows: more than any `max_row_bytes`, and exact in JavaScript. 2^53. */
const TOO_MANY = 9_007_199_254_740_992n;

/** Several numbers as one, where there are any. */
export function joinTerms(terms: readonly (string | undefined)[]): string | undefined {
  const present = terms.filter((term) => term !== undefined);
  return present.length > 1 ? `(${present.join(' + ')})` : present[0];
}

/**
 * SQL of the bytes of a branch's rows that may be large, for one row of its parent; of a list with too many rows more
 * than any limit, without reading all of them. Undefined where rows are few and small.
 */
export function branchSize(placed: PlacedBranch, options: DocumentOptions): string | undefined {
  const { branch, row, level } = placed;
  if (!branch.showsRows) return undefined;
  const below = placeBranches(branch.branches, row, level + 1).map((inner) => branchSize(inner, options));
  const own = joinTerms([sizeExpression(shownColumns(placed, options), row), ...below]);
  if (!branch.isList)
    return own === undefined ? undefined : `coalesce((select ${own} ${fromBranch(placed)}${inOrder(placed)}), 0)`;
  const { limit = Infinity, maxRows } = branch;
  if (limit <= maxRows && own === undefined) return undefined;
  const shown = limit <= maxRows ? inOrder(placed) : ` limit ${maxRows + 1}`;
  const rows = `select ${own ?? '0::bigint'} as b ${fromBranch(placed)}${shown}`;
  const bytes = `least(coalesce(sum(s.b), 0), ${TOO_MANY})::bigint`;
  return `(select case when count(*) > ${maxRows} then ${TOO_MANY} else ${bytes} end from (${rows}) as s)`;
}

/** SQL of the first branch that has too many rows, itself or within it; undefined where none can. */
export function crowdedBranch(branches: readonly PlacedBranch[], options: DocumentOptions): string | undefined {
  const cases = branches.flatMap((placed) => {
    const size = branchSize(placed, options);
    return size === undefined ? [] : [`when ${size} >= ${TOO_MANY} then ${quoteLiteral(placed.branch.name)}`];
  });
  return cases.length === 0 ? undefined : `case ${cases.join(' ')} end`;
}

/** SQL of how many values a branch's rows leave out because of their size; undefined where they never do. */
export function branchOmitted(placed: PlacedBranch, options: DocumentOptions): string | undefined {
  const { branch, row, level } = placed;
  if (!branch.showsRows) return undefined;
  const fields = shownColumns(placed, options).map((column) =>
    renderField(branch.relation, column, column.name, options, row),
  );
  const below = placeBranches(branch.branches, row, level + 1).map((inner) => branchOmitted(inner, options));
  const own = joinTerms([omittedExpression(fields), ...below]);
  if (own === undefined) return undefined;
  const rows = `select ${own} as n ${fromBranch(placed)}${inOrder(placed)}`;
  return `coalesce((select sum(s.n) from (${rows}) as s), 0)::integer`;
}

function shownColumns({ branch }: PlacedBranch, options: DocumentOptions): Column[] {
  return branch.columns.map(({ column }) => column).filter((column) => !isExcluded(branch.relation, column, options));
}
