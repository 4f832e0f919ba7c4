import { qualifiedName } from '../../documents/sql-text';
import { isReadAsWhole, type Relation } from '../../sync/relation';
import type { LeafRows, QueryRows } from './copy-request';

/** Where the rows of a relation of the catalog are: all that `select * from` it shows. */
export function rowSourceOf(relation: Relation): LeafRows | QueryRows {
  if (isReadAsWhole(relation)) return { relation, from: qualifiedName(relation) };
  return { relation, leaves: relation.leaves };
}
