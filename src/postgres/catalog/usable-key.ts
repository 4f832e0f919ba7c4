import { isNeverNull } from './read-columns';

/**
 * Predicate over a row of `pg_index`: at any moment no two rows share the values of its columns, and none is null.
 * A deferred constraint lets two rows share them for a while.
 */
export function usableKey(index: string): string {
  return `(${index}.indisprimary or (
    ${index}.indisunique and ${index}.indisvalid and ${index}.indimmediate
    and ${index}.indpred is null and ${index}.indexprs is null
    and not exists (
      select from pg_attribute as a
      where a.attrelid = ${index}.indrelid
        and a.attnum = any ((${index}.indkey::smallint[])[0:${index}.indnkeyatts - 1])
        and not ${isNeverNull('a')})))`;
}
