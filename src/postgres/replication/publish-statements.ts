import { qualifiedName, quoteIdentifier } from '../../documents/sql-text';
import type { QualifiedName, Relation } from '../../sync/relation';
import type { ReplicaIdentity } from './read-publication';

/** A table for a publication; `kind` as a relation has it. */
export interface PublishableTable extends QualifiedName {
  readonly kind: string;
}

/** The statement that makes the publication, with those tables alone whose rows can be updated afterwards as before. */
export function createPublication(name: string, tables: readonly PublishableTable[]): string {
  const isPartitioned = tables.some(({ kind }) => kind === 'partitioned');
  const options = isPartitioned ? ' with (publish_via_partition_root = true)' : '';
  return `create publication ${quoteIdentifier(name)} for table ${tables.map(qualifiedName).join(', ')}${options}`;
}

/** The statement that adds tables to the publication. */
export function publishTables(name: string, tables: readonly QualifiedName[]): string {
  return `alter publication ${quoteIdentifier(name)} add table ${tables.map(qualifiedName).join(', ')}`;
}

/**
 * The statement that makes old rows be told by the key.
 * @returns undefined where no index of the table is known to do
 */
export function identifyByKey({ kind, keyIndex, leaves, ...relation }: Relation): string | undefined {
  if (kind !== 'table' || leaves.length !== 1 || keyIndex === undefined) return undefined;
  return `alter table ${qualifiedName(relation)} replica identity using index ${quoteIdentifier(keyIndex)}`;
}

/**
 * Whether a table may be published: PostgreSQL refuses updates and deletions of one whose old rows it can't tell, and, from
 * version 18 on, of one whose identity has generated columns.
 */
export function isSafeToPublish(identities: readonly ReplicaIdentity[]): boolean {
  return identities.every(({ isFull, isLogged, columns, generated }) => {
    const hasIdentity = isFull || columns.length > 0;
    const hidden = isFull ? generated : generated.filter((name) => columns.includes(name));
    return isLogged && hasIdentity && hidden.length === 0;
  });
}
