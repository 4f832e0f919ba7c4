import type { ConnectorSettings } from '../../config/settings/settings';
import type { TreeSettings } from '../../config/settings/to-trees';
import { SyncFailure } from '../../sync/failures';
import { type Branch, listBranches, listTreeTables } from '../../sync/relation';
import { formatRelation, type Relation } from '../../sync/relation';
import { describeUnlocked } from '../catalog/describe-unlocked';
import { matchTables } from '../catalog/match-tables';
import type { SourceProblem } from '../catalog/select-relations';
import type { LockPatience } from '../connection/lock-patience';
import type { Source } from '../connection/source';
import { withTransaction } from '../connection/transaction';
import { findUnsteady } from './find-unsteady';
import { growBranch } from './grow-branch';
import { readForeignKeys } from './read-foreign-keys';
import { readIndexColumns } from './read-index-columns';
import { findCandidate, listTableNames, readTreeCandidates, type TreeTables } from './tree-tables';

/** Relations with their branches, and what is wrong with those whose branches can't be. */
export interface GrownTrees {
  readonly relations: readonly Relation[];
  readonly problems: readonly SourceProblem[];
}

/** Adds to relations the branches that `documents.nested` gives their documents. */
export async function growTrees(
  source: Source,
  relations: readonly Relation[],
  { documents, selection }: Pick<ConnectorSettings, 'documents' | 'selection'>,
  patience: LockPatience,
): Promise<GrownTrees> {
  const roots = findRoots(documents.nested ?? {}, relations, selection.schemas);
  if (roots.length === 0) return { relations, problems: [] };
  const trees = Object.fromEntries(roots.map(({ name, branches }) => [name, branches]));
  const tables = await readTables(
    source,
    roots.map(({ relation }) => relation),
    trees,
    { documents, selection },
    patience,
  );
  const problems: SourceProblem[] = [];
  const grown = new Map<Relation, readonly Branch[]>();
  for (const { relation, branches } of roots) {
    const own: Branch[] = [];
    for (const [name, settings] of Object.entries(branches)) {
      try {
        own.push(growBranch(tables, relation, name, settings));
      } catch (error) {
        if (!(error instanceof SyncFailure)) throw error;
        const { type, message, remedy } = error;
        problems.push({ type, relation: formatRelation(relation), message: `${message}.`, remedy });
      }
    }
    // A tree without branches is the row alone.
    if (own.length > 0) grown.set(relation, own);
  }
  const all = [...grown.values()].flatMap((branches) => listBranches(branches));
  const conditions = all.flatMap(({ branch: { where } }) => where ?? []);
  const unsteady = await withTransaction(source, (tx) => findUnsteady(tx, conditions));
  return {
    relations: relations.map((relation) => {
      const branches = grown.get(relation);
      return branches === undefined ? relation : withBranches(relation, branches, unsteady);
    }),
    problems,
  };
}

/** The trees of a file whose root is among some relations. */
export function findRoots(
  trees: TreeSettings,
  relations: readonly Relation[],
  schemas: readonly string[],
): { readonly name: string; readonly relation: Relation; readonly branches: TreeSettings[string] }[] {
  return Object.entries(trees).flatMap(([name, branches]) =>
    matchTables(name, schemas, relations)
      .relations.filter(() => !name.includes('*'))
      .map((relation) => ({ name, relation, branches })),
  );
}

/** Where nothing tells which documents a change of another table's rows is in, they are all compared. */
function withBranches(relation: Relation, branches: readonly Branch[], unsteady: ReadonlySet<string>): Relation {
  const wholeBecause = relation.wholeBecause ?? untraceable(relation, branches, unsteady);
  return { ...relation, branches, ...(wholeBecause === undefined ? {} : { wholeBecause }) };
}

function untraceable(
  relation: Relation,
  branches: readonly Branch[],
  unsteady: ReadonlySet<string>,
): string | undefined {
  const table = listTreeTables(branches).find((one) => one.wholeBecause !== undefined || one.leaves.length === 0);
  if (table !== undefined) return `its documents hold rows of ${formatRelation(table)}, whose changes nothing tells`;
  if (relation.keyIsPerLeaf === true) return 'tables inherit from it, and its documents hold rows of other tables';
  const branch = listBranches(branches).find(({ branch: { where } }) => where !== undefined && unsteady.has(where));
  if (branch === undefined) return undefined;
  return `the condition of its branch ${branch.path} depends on more than the row`;
}

async function readTables(
  source: Source,
  roots: readonly Relation[],
  trees: TreeSettings,
  { documents, selection: { schemas } }: Pick<ConnectorSettings, 'documents' | 'selection'>,
  patience: LockPatience,
): Promise<TreeTables> {
  const all = [...new Set([...roots.map(({ schema }) => schema), ...schemas])];
  const candidates = await withTransaction(source, (tx) => readTreeCandidates(tx, trees, all));
  const named = Object.values(trees)
    .flatMap(listTableNames)
    .flatMap((name) => all.flatMap((schema) => findCandidate(name, [schema], candidates) ?? []));
  const oids = [...new Set(named.filter(({ readable }) => readable).map(({ oid }) => oid))];
  const { relations, problems } = await describeUnlocked(source, oids, documents, patience);
  const withRoots = [...new Set([...oids, ...roots.map(({ oid }) => oid)])];
  const [foreignKeys, indexes] = await withTransaction(source, async (tx) => [
    await readForeignKeys(tx, withRoots),
    await readIndexColumns(tx, withRoots),
  ]);
  return {
    source,
    schemas,
    candidates,
    relations: new Map(relations.map((relation) => [relation.oid, relation])),
    problems,
    foreignKeys,
    indexes,
  };
}
