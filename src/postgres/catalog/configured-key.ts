import type { DocumentSettings } from '../../config/settings/settings';
import type { QualifiedName } from '../../sync/relation';

/** The key that the configuration gives a relation, by `schema.table` or by `table`. */
export function configuredKey(
  { schema, table }: QualifiedName,
  idColumns: DocumentSettings['idColumns'],
): readonly string[] | undefined {
  const columns = own(idColumns, `${schema}.${table}`) ?? own(idColumns, table);
  return columns === undefined || columns.length === 0 ? undefined : columns;
}

/** A table may be called `constructor`. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
