import type { RelationKind } from '../../sync/relation';

/** What the letters of `pg_class.relkind` mean; the others are no relations with rows. */
export const RELATION_KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized',
  f: 'foreign',
};
