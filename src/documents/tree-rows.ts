import { HASH_MODULUS } from '../sync/digests/id-digest';
import { ROWS_FIELDS } from '../sync/own-fields';
import type { Branch } from '../sync/relation';
import { type BranchStep, branchSteps, fromSteps, joinSteps, placeBranches } from './branch-rows';
import { joinKey } from './ids/key-text';
import { quoteLiteral } from './sql-text';

/** Rows of other tables within the documents of a relation, in SQL over its row `t` and the document's id `k.id`. */
export interface TreeRows {
  /** The rows of each branch. */
  readonly branches: readonly BranchRows[];
  /** Ways to each table whose rows a document holds, or that links them. */
  readonly ways: readonly ChangeWay[];
}

/** The rows of a branch that belong to documents: all of them, also those behind a limit. */
export interface BranchRows {
  /** `join … on … ` from `t`. */
  readonly joins: string;
  /** Integer expression: hash of the row's key, another one for each document that it belongs to. */
  readonly hash: string;
}

/** Rows whose change changes the document of `t`, and some that don't: of a branch whose condition does not hold. */
export interface ChangeWay {
  /** `join … on … ` from `t`. */
  readonly joins: string;
  /** Alias of the rows that may have changed. */
  readonly row: string;
}

/** A branch with the steps that lead to its rows from the root's. */
interface Path {
  readonly branch: Branch;
  readonly row: string;
  readonly steps: readonly BranchStep[];
  readonly unfiltered: readonly BranchStep[];
  /** How many of the steps are its own. */
  readonly own: number;
}

/** Bits of a sum of hashes that documents keep. */
export const SUM_MASK = HASH_MODULUS - 1;

/** Finds the rows of other tables in a relation's documents. */
export function describeTreeRows(branches: readonly Branch[]): TreeRows {
  const paths = listPaths(branches);
  return {
    branches: paths.map((path, position) => ({ joins: joinSteps(path.steps), hash: hashRow(path, position) })),
    ways: paths.flatMap(({ unfiltered, own }) =>
      Array.from({ length: own }, (_, step) => {
        const steps = unfiltered.slice(0, unfiltered.length - own + step + 1);
        return { joins: joinSteps(steps), row: steps.at(-1)?.alias ?? 't' };
      }),
    ),
  };
}

/**
 * SQL of the members of a document that count these rows: `,"_rows":12,"_rows_hash":345`.
 * @param isGathering - as {@link placeBranches} has it
 */
export function renderTreeRows(branches: readonly Branch[], isGathering = false): string {
  const hashes = listPaths(branches, isGathering).map(
    (path, position) => `select ${hashRow(path, position)} as h ${fromSteps(path.steps)}`,
  );
  const [rows, sum] = [ROWS_FIELDS.rows, ROWS_FIELDS.rowsHash].map((name) => quoteLiteral(`,${JSON.stringify(name)}:`));
  const members = `${rows} || count(*) || ${sum} || (coalesce(sum(r.h), 0) & ${SUM_MASK})`;
  return `(select ${members} from (${hashes.join(' union all ')}) as r)`;
}

function listPaths(
  branches: readonly Branch[],
  isGathering = false,
  parent: { readonly row: string; readonly level: number } & Pick<Path, 'steps' | 'unfiltered'> = {
    ...{ row: 't', level: 0 },
    steps: [],
    unfiltered: [],
  },
): Path[] {
  return placeBranches(branches, parent.row, parent.level + 1, isGathering).flatMap((placed) => {
    const { branch, row, level } = placed;
    const own = branchSteps(placed);
    const steps = [...parent.steps, ...own];
    const unfiltered = [...parent.unfiltered, ...branchSteps(placed, false)];
    const path = { branch, row, steps, unfiltered, own: own.length };
    return [path, ...listPaths(branch.branches, isGathering, { row, level, steps, unfiltered })];
  });
}

/** The document's id is in it: a row that goes from one document to another changes the sum of both together. */
function hashRow({ branch, row }: Path, position: number): string {
  const seed = `hashtextextended(k."id", ${position})`;
  return `(hashtextextended(${joinKey(branch.relation, row).sql}, ${seed}) >> 32)::integer`;
}
