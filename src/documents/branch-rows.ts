import type { FieldMapping } from '../sync/field-mapping';
import type { Branch, BranchOrder, KeyPair, Relation } from '../sync/relation';
import type { RenderedField } from './document-expression';
import { qualifiedName, quoteIdentifier } from './sql-text';

/** A branch, and where it stands in the SQL of a document. */
export interface PlacedBranch {
  readonly branch: Branch;
  /** Alias of the row that it belongs to. */
  readonly parent: string;
  /** Alias of its own rows: `t1` directly below the root, which is `t`. */
  readonly row: string;
  /** 1 for what is directly below the root. */
  readonly level: number;
  /** SQL of the places in the heap of its rows, or links, where they were gathered. */
  readonly places?: string;
}

/** A field that holds rows of other tables, or figures of them. */
export interface BranchField extends RenderedField {
  readonly mapping: FieldMapping;
  readonly narrowest: FieldMapping;
}

/**
 * The branches of a row, each with the alias of its rows.
 * @param isGathering - whether the statement has gathered the rows of those branches of the root that ask for it
 */
export function placeBranches(
  branches: readonly Branch[],
  parent: string,
  level: number,
  isGathering = false,
): PlacedBranch[] {
  return branches.map((branch, position) => ({
    ...{ branch, parent, row: `t${level}`, level },
    ...(isGathering && level === 1 && branch.isGathered ? { places: `${gatheringOf(position)}.places` } : {}),
  }));
}

/** Alias of what holds the places of a root's branch. */
export function gatheringOf(position: number): string {
  return `pgferry_gathered_${position}`;
}

/** A table on the way from a row to the rows of a branch. */
export interface BranchStep {
  /** SQL of its rows. */
  readonly rows: string;
  readonly alias: string;
  /** What leads to them from the step before, or from the parent's row. */
  readonly on: string;
}

/**
 * The tables from a row of its parent to the rows of a branch: its own, or the one that links both, and its own.
 * @param isFiltered - whether only the rows for which the branch's condition holds are meant
 */
export function branchSteps(placed: PlacedBranch, isFiltered = true): readonly BranchStep[] {
  const { branch, parent, row, level, places } = placed;
  const { relation, on, link, where } = branch;
  const condition = isFiltered ? where : undefined;
  if (link === undefined) {
    const found = places === undefined ? renderPairs(on, row, parent) : 'true';
    return [{ rows: rowsOf(relation, condition, places), alias: row, on: found }];
  }
  const between = `l${level}`;
  const found = places === undefined ? renderPairs(link.toParent, between, parent) : 'true';
  return [
    { rows: rowsOf(link.relation, undefined, places), alias: between, on: found },
    { rows: rowsOf(relation, condition), alias: row, on: renderPairs(link.toChild, between, row) },
  ];
}

/** `from … where …` for the rows at the end of some steps from a row that is in sight. */
export function fromSteps([first, ...others]: readonly BranchStep[]): string {
  if (first === undefined) throw new Error('a branch has a table');
  return `from ${first.rows} as ${first.alias} ${joinSteps(others)}where ${first.on}`;
}

/** `join … on … ` for each of some steps. */
export function joinSteps(steps: readonly BranchStep[]): string {
  return steps.map(({ rows, alias, on }) => `join ${rows} as ${alias} on ${on} `).join('');
}

/** `from … where …` for the rows of a branch that belong to a row of its parent. */
export function fromBranch(placed: PlacedBranch): string {
  return fromSteps(branchSteps(placed));
}

/**
 * ` order by … limit …` for the rows that a document shows.
 * @param isLimited - whether rows behind the limit of a list are left out
 */
export function inOrder({ branch: { isList, order, limit }, row }: PlacedBranch, isLimited = true): string {
  const by = order.map((column) => renderOrder(column, row));
  const most = isList ? limit : 1;
  const sorted = by.length === 0 ? '' : ` order by ${by.join(', ')}`;
  return `${sorted}${!isLimited || most === undefined ? '' : ` limit ${most}`}`;
}

/** A condition stands in a query of its own, so that its names are those of the table alone. */
function rowsOf(relation: Relation, condition: string | undefined, places?: string): string {
  const conditions = [
    ...(places === undefined ? [] : [`ctid = any (${places})`]),
    ...(condition === undefined ? [] : [`(\n${condition}\n)`]),
  ];
  if (conditions.length === 0) return qualifiedName(relation);
  const columns = relation.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return `(select ${columns} from ${qualifiedName(relation)} where ${conditions.join(' and ')})`;
}

function renderPairs(pairs: readonly KeyPair[], own: string, other: string): string {
  return pairs
    .map((pair) => `${own}.${quoteIdentifier(pair.own)} ${pair.equals} ${other}.${quoteIdentifier(pair.other)}`)
    .join(' and ');
}

function renderOrder({ column, descends, bytewise }: BranchOrder, row: string): string {
  return `${row}.${quoteIdentifier(column)}${bytewise ? ' collate "C"' : ''}${descends ? ' desc' : ''}`;
}
