import type { Column, ColumnType, Relation } from '../../src/sync/relation';

/** A base type by its name in `pg_type`. */
export function baseType(name: string, modifier = -1): ColumnType {
  return { kind: 'base', name, sqlName: name, modifier };
}

/** A column that may be null. */
export function column(name: string, type: ColumnType | string = 'int4'): Column {
  return { name, type: typeof type === 'string' ? baseType(type) : type, notNull: false };
}

/** A table `public.items` with the key `id`, unless said otherwise. */
export function makeRelation(changes: Partial<Relation> = {}): Relation {
  return {
    schema: 'public',
    table: 'items',
    oid: 16_384,
    kind: 'table',
    columns: [column('id'), column('name', 'text')],
    key: ['id'],
    leaves: [],
    definition: '0',
    estimatedRows: 0,
    ...changes,
  };
}
