import type { BranchSettings, TreeSettings } from '../../config/settings/to-trees';
import { SyncFailure } from '../../sync/failures';
import { formatRelation, type QualifiedName, type Relation } from '../../sync/relation';
import { describeMissingGrants, grantStatements } from '../catalog/grants';
import { matchTables, schemasNamedBy } from '../catalog/match-tables';
import { type Candidate, readCandidates } from '../catalog/read-candidates';
import type { SourceProblem } from '../catalog/select-relations';
import type { Source } from '../connection/source';
import type { Transaction } from '../connection/transaction';
import type { ForeignKey } from './read-foreign-keys';
import type { IndexColumns } from './read-index-columns';

/** All that the catalog says of the tables that trees name. */
export interface TreeTables {
  readonly source: Source;
  readonly schemas: readonly string[];
  readonly candidates: readonly Candidate[];
  readonly relations: ReadonlyMap<number, Relation>;
  /** What keeps some of them from being described, by relation. */
  readonly problems: readonly SourceProblem[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly indexes: ReadonlyMap<number, readonly IndexColumns[]>;
}

/** The candidates among which the tables of trees are looked for. */
export function readTreeCandidates(
  tx: Transaction,
  trees: TreeSettings,
  schemas: readonly string[],
): Promise<Candidate[]> {
  const named = schemasNamedBy(Object.values(trees).flatMap(listTableNames));
  return readCandidates(tx, [...new Set([...schemas, ...named])]);
}

/** The names of all tables of a tree, as the file writes them. */
export function listTableNames(branches: Readonly<Record<string, BranchSettings>>): string[] {
  return Object.values(branches).flatMap(({ table, through, with: below }) => [
    table,
    ...(through === undefined ? [] : [through.table]),
    ...listTableNames(below),
  ]);
}

/** The relation that a name means: of its parent's schema, else of the first schema that has one. */
export function findCandidate<Relation extends QualifiedName>(
  name: string,
  schemas: readonly string[],
  candidates: readonly Relation[],
): Relation | undefined {
  for (const schema of schemas) {
    const [found] = matchTables(name, [schema], candidates).relations.filter(
      (candidate) => candidate.schema === schema || name.startsWith(`${candidate.schema}.`),
    );
    if (found !== undefined && !name.includes('*')) return found;
  }
  return undefined;
}

/**
 * A table of a tree, described.
 * @param where - the place in the file, for messages
 * @throws SyncFailure where it is missing, or the role may not read it
 */
export function findTreeTable(tables: TreeTables, name: string, parent: Relation, where: string): Relation {
  const schemas = [parent.schema, ...tables.schemas.filter((schema) => schema !== parent.schema)];
  const candidate = findCandidate(name, schemas, tables.candidates);
  if (candidate === undefined) {
    const message = `${where}: there is no table "${name}" in ${schemas.map((schema) => `"${schema}"`).join(', ')}`;
    throw new SyncFailure('InvalidConfig', message, 'Correct the name, or write it as schema.table.');
  }
  requireReadable(tables.source, candidate, where);
  const relation = tables.relations.get(candidate.oid);
  if (relation !== undefined) return relation;
  const problem = tables.problems.find((found) => found.relation === formatRelation(candidate));
  if (problem === undefined) throw new SyncFailure('SourceChanged', `${where}: the table "${name}" is gone`);
  throw new SyncFailure(problem.type, `${where}: ${problem.message.replace(/\.$/, '')}`, problem.remedy);
}

function requireReadable({ settings, rowSecurity }: Source, candidate: Candidate, where: string): void {
  const role = settings.username;
  if (!candidate.readable) {
    const message = `${where}: role "${role}" lacks ${describeMissingGrants([candidate])}`;
    throw new SyncFailure('SourcePermission', message, grantStatements(role, [candidate]));
  }
  if (candidate.hidesRows && rowSecurity === 'refused') {
    throw new SyncFailure(
      'SourcePermission',
      `${where}: row level security hides rows of ${formatRelation(candidate)} from role "${role}"`,
      'Give the role BYPASSRLS, or sync what its policies show: documents.row_security: filtered.',
    );
  }
}
