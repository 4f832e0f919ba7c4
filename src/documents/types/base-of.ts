import type { ColumnType } from '../../sync/relation';

/** The type under all domains: itself, where it is none. */
export function baseOf(type: ColumnType): ColumnType {
  return type.kind === 'domain' ? baseOf(type.base) : type;
}
