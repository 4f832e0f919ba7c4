import { qualifiedName } from '../../documents/sql-text';
import { isReadAsWhole, type Relation } from '../../sync/relation';
import type { LeafRows, QueryRows } from './copy-request';

/** Where the rows of a relation of the catalog are. */
export function rowSourceOf(relation: Relation): LeafRows | QueryRows {
  if (isReadAsWhole(relation)) {
    // The tables that inherit from a table are relations of their own.
    return { relation, from: `${relation.kind === 'table' ? 'only ' : ''}${qualifiedName(relation)}` };
  }
  return { relation, leaves: relation.leaves };
}
