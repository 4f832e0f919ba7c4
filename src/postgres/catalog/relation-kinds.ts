import type { RelationKind } from '../../sync/relation';

/** Kinds of relations by the letters of `pg_class.relkind`; the others have no rows. */
export const RELATION_KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized',
  f: 'foreign',
};
