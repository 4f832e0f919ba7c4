import { identifyByKey, isSafeToPublish, publishTables } from '../../postgres/replication/publish-statements';
import type { Publication, ReplicaIdentity } from '../../postgres/replication/read-publication';
import { baseOf, isReadAsWhole, type Relation } from '../../sync/relation';
import type { LeftRelation } from '../../sync/wire/follow-state';
import type { ProjectedRelation } from '../plan/projected-relation';

/** Relations whose rows are followed, and those that are not, with the reason. */
export interface ChosenRelations {
  readonly followed: readonly ProjectedRelation[];
  readonly left: readonly LeftRelation[];
}

type Obstacle = Omit<LeftRelation, 'relation'>;

/** Chooses by what the publication sends and what the tables' replica identities say of changed rows. */
export function chooseFollowed(
  relations: readonly ProjectedRelation[],
  publication: Publication,
  identities: readonly ReplicaIdentity[],
): ChosenRelations {
  const followed: ProjectedRelation[] = [];
  const left: LeftRelation[] = [];
  for (const projected of relations) {
    const { relation, name } = projected;
    const ofLeaves = identitiesOf(relation, identities);
    const obstacle = findOwnObstacle(relation, ofLeaves) ?? findInPublication(relation, ofLeaves, publication);
    if (obstacle === undefined) followed.push(projected);
    else left.push({ relation: name, ...obstacle });
  }
  return { followed, left };
}

/** Chooses relations whose changes can be found by looking at their rows. */
export function choosePolled(relations: readonly ProjectedRelation[]): ChosenRelations {
  const judged = relations.map((projected) => ({ projected, obstacle: findKeyObstacle(projected.relation) }));
  return {
    followed: judged.flatMap(({ projected, obstacle }) => (obstacle === undefined ? [projected] : [])),
    left: judged.flatMap(({ projected: { name }, obstacle }) =>
      obstacle === undefined ? [] : [{ relation: name, ...obstacle }],
    ),
  };
}

/** Chooses the relations that a publication may hold without harm, and whose changes it would let be followed. */
export function choosePublishable(
  relations: readonly ProjectedRelation[],
  identities: readonly ReplicaIdentity[],
): readonly Relation[] {
  return relations.flatMap(({ relation }) => {
    const ofLeaves = identitiesOf(relation, identities);
    return findOwnObstacle(relation, ofLeaves) === undefined && isSafeToPublish(ofLeaves) ? [relation] : [];
  });
}

function identitiesOf({ leaves }: Relation, identities: readonly ReplicaIdentity[]): ReplicaIdentity[] {
  return identities.filter(({ oid }) => leaves.some((leaf) => leaf.oid === oid));
}

/** @returns why single rows of the relation can't be read again */
function findKeyObstacle(relation: Relation): Obstacle | undefined {
  const { key, columns } = relation;
  if (isReadAsWhole(relation)) return { reason: 'it is read as a whole: no key tells which of its rows changed' };
  if ((relation.branches ?? []).length > 0) return { reason: 'its documents hold rows of other tables' };
  if (relation.keyIsPerLeaf === true) return { reason: 'tables inherit from it' };
  if (key.some((name) => !columns.some((column) => column.name === name && column.notNull)))
    return { reason: 'columns of its key may be null' };
  if (key.some((name) => !hasPlainEquality(relation, name)))
    return { reason: 'its key is of a type that an extension brings' };
  return undefined;
}

/** @returns why changes of the relation can't be followed, whatever is published */
function findOwnObstacle(relation: Relation, identities: readonly ReplicaIdentity[]): Obstacle | undefined {
  const obstacle = findKeyObstacle(relation);
  if (obstacle !== undefined) return obstacle;
  const { key } = relation;
  for (const identity of identities) {
    if (!identity.isLogged) return { reason: 'it is unlogged' };
    if (identity.isFull || key.every((name) => identity.columns.includes(name))) continue;
    const statement = identifyByKey(relation);
    const reason = 'its replica identity does not hold the columns of its key';
    return statement === undefined ? { reason } : { reason, remedy: `\`${statement}\`` };
  }
  return undefined;
}

/** @returns what the publication lacks of the relation */
function findInPublication(
  relation: Relation,
  identities: readonly ReplicaIdentity[],
  { name, tables }: Publication,
): Obstacle | undefined {
  const { key, oid, leaves } = relation;
  const published = tables.filter((table) => table.oid === oid || leaves.some((leaf) => leaf.oid === table.oid));
  const isWhole =
    published.some((table) => table.oid === oid) || (leaves.length > 0 && published.length === leaves.length);
  if (!isWhole) {
    const reason = 'it is not in the publication';
    if (!isSafeToPublish(identities)) return { reason: `${reason}, and can't be updated once it is` };
    return { reason, remedy: `\`${publishTables(name, [relation])}\`` };
  }
  if (published.some(({ isFiltered }) => isFiltered)) return { reason: 'the publication filters its rows' };
  const lacksKey = published.some(({ columns }) => {
    const sent = columns ?? relation.columns.map((column) => column.name).filter((column) => !isHidden(column));
    return !key.every((column) => sent.includes(column));
  });
  return lacksKey ? { reason: 'the publication leaves out columns of its key' } : undefined;

  function isHidden(column: string): boolean {
    return identities.some(({ generated }) => generated.includes(column));
  }
}

/** Rows are looked up by the operators that PostgreSQL itself has. */
function hasPlainEquality({ columns }: Relation, name: string): boolean {
  const type = columns.find((column) => column.name === name)?.type;
  const base = type === undefined ? undefined : baseOf(type);
  return base?.kind === 'enum' || (base?.kind === 'base' && !base.sqlName.includes('.'));
}
