import type { Publication, ReplicaIdentity } from '../../postgres/replication/read-publication';
import { isReadAsWhole, type SkippedRelation } from '../../sync/relation';
import type { ProjectedRelation } from '../plan/projected-relation';

/** Relations whose changes are followed, and those that wait for schedules, with the reason. */
export interface FollowedRelations {
  readonly followed: readonly ProjectedRelation[];
  readonly left: readonly SkippedRelation[];
}

/** Chooses by what the publication sends and what the tables' replica identities say of changed rows. */
export function chooseFollowed(
  relations: readonly ProjectedRelation[],
  publication: Publication,
  identities: readonly ReplicaIdentity[],
): FollowedRelations {
  const followed: ProjectedRelation[] = [];
  const left: SkippedRelation[] = [];
  for (const projected of relations) {
    const reason = findObstacle(projected, publication, identities);
    if (reason === undefined) followed.push(projected);
    else left.push({ relation: projected.name, reason });
  }
  return { followed, left };
}

/** @returns why changes of the relation can't be followed */
function findObstacle(
  { relation }: ProjectedRelation,
  publication: Publication,
  identities: readonly ReplicaIdentity[],
): string | undefined {
  if (isReadAsWhole(relation)) return 'it is read as a whole: no key tells which of its rows changed';
  if ((relation.branches ?? []).length > 0) return 'its documents hold rows of other tables';
  if (relation.keyIsPerLeaf === true) return 'tables inherit from it';
  const { key, leaves, oid } = relation;
  const leafOids = leaves.map((leaf) => leaf.oid);
  const tables = publication.tables.filter((table) => table.oid === oid || leafOids.includes(table.oid));
  const isPublished =
    tables.some((table) => table.oid === oid) || (leafOids.length > 0 && tables.length === leafOids.length);
  if (!isPublished) return 'it is not in the publication';
  if (tables.some(({ isFiltered }) => isFiltered)) return 'the publication filters its rows';
  if (tables.some(({ columns }) => columns !== undefined && !key.every((name) => columns.includes(name))))
    return 'the publication leaves out columns of its key';
  if (key.some((name) => !relation.columns.some((column) => column.name === name && column.notNull)))
    return 'columns of its key may be null';
  if (key.some((name) => !hasPlainEquality(relation, name))) return 'its key is of a type that an extension brings';
  for (const { oid: tableOid, columns, isFull, isLogged } of identities) {
    if (!leafOids.includes(tableOid)) continue;
    if (!isLogged) return 'it is unlogged';
    if (!isFull && !key.every((name) => columns.includes(name)))
      return 'its replica identity does not hold the columns of its key';
  }
  return undefined;
}

/** Rows are looked up by the operators that PostgreSQL itself has. */
function hasPlainEquality({ columns }: ProjectedRelation['relation'], name: string): boolean {
  const type = columns.find((column) => column.name === name)?.type;
  const base = type?.kind === 'domain' ? type.base : type;
  return base?.kind === 'enum' || (base?.kind === 'base' && !base.sqlName.includes('.'));
}
