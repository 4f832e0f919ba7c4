import type { Branch, KeyPair } from '../../sync/relation';
import { formatRelation } from '../../sync/relation';

/** A branch as `plan --json` prints it. */
export function branchDocument(branch: Branch): Readonly<Record<string, unknown>> {
  const { name, relation, isList, on, link, where, order, limit, maxRows, mapping, rollups, showsRows } = branch;
  return {
    field: name,
    relation: formatRelation(relation),
    is: isList ? 'list' : 'object',
    by: describePairs(on),
    ...(link === undefined
      ? {}
      : {
          through: formatRelation(link.relation),
          link_to_parent: describePairs(link.toParent),
          link_to_child: describePairs(link.toChild),
        }),
    columns: branch.columns.map(({ column, field }) => ({ column: column.name, field })),
    where,
    order_by: order.map(({ column, descends }) => (descends ? `${column} desc` : column)),
    limit,
    max_rows: isList ? maxRows : undefined,
    mapping,
    rollups: rollups.map(({ field, figure, column }) => ({ field, figure, column: column?.name })),
    list: isList ? showsRows : undefined,
    indexes: branch.indexes,
    missing_indexes: branch.missingIndexes,
    branches: branch.branches.map(branchDocument),
  };
}

/** The trees of a plan, drawn: a line a branch, and below it what it lacks. */
export function drawTrees(
  trees: readonly { readonly relation: string; readonly branches: readonly Branch[] }[],
): string[] {
  return trees.flatMap(({ relation, branches }) =>
    branches.length === 0 ? [] : [`  ${relation}`, ...drawBranches(branches, '  ')],
  );
}

function drawBranches(branches: readonly Branch[], indent: string): string[] {
  return branches.flatMap((branch, position) => {
    const isLast = position === branches.length - 1;
    const below = `${indent}${isLast ? '   ' : '│  '}`;
    return [
      `${indent}${isLast ? '└─' : '├─'} ${describeBranch(branch)}`,
      ...branch.missingIndexes.map((statement) => `${below}   lacks an index: ${statement};`),
      ...drawBranches(branch.branches, below),
    ];
  });
}

function describeBranch(branch: Branch): string {
  const { name, relation, isList, on, link, where, limit, mapping, rollups, showsRows, indexes } = branch;
  const shape = isList ? `list, ${mapping}` : mapping === 'object' ? 'object' : `object, ${mapping}`;
  const by =
    link === undefined
      ? describePairs(on)
      : `through ${formatRelation(link.relation)} (${describePairs(link.toParent)}; ${describePairs(link.toChild)})`;
  return [
    ...(showsRows ? [`${name} (${shape})`] : []),
    ...rollups.map(
      ({ field, figure, column }) => `${field} (${figure}${column === undefined ? '' : ` of ${column.name}`})`,
    ),
    `← ${formatRelation(relation)} ${by}`,
    ...(where === undefined ? [] : [`where ${where.replaceAll(/\s+/g, ' ').trim()}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
    ...(indexes.length === 0 ? [] : [`[${indexes.join(', ')}]`]),
  ].join(' ');
}

function describePairs(pairs: readonly KeyPair[]): string {
  return pairs.map(({ own, other }) => `${own} = ${other}`).join(', ');
}
