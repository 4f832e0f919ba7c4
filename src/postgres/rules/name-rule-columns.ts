import { SyncFailure } from '../../sync/failures';
import type { Column } from '../../sync/relation';
import type { QueryColumn } from './describe-query';

/** A column of a rule under the name that its field gets. */
export interface NamedColumn {
  readonly column: Column;
  /** The name that the query gives it. */
  readonly queryName: string;
  readonly origin?: QueryColumn['origin'];
}

/**
 * Names the columns of a query so that no two share a name: those that do are told apart by the tables that they come
 * from, `employee_name` and `customer_name`.
 * @throws SyncFailure `InvalidRule` where that is not enough
 */
export function nameRuleColumns(columns: readonly QueryColumn[]): NamedColumn[] {
  if (columns.length === 0) throw new SyncFailure('InvalidRule', 'the query has no columns');
  const counts = countNames(columns.map(({ name }) => name));
  const named = columns.map(({ origin, ...column }): NamedColumn => {
    const isShared = (counts.get(column.name) ?? 0) > 1;
    const name = isShared && origin !== undefined ? `${origin.table}_${column.name}` : column.name;
    return { column: { ...column, name }, queryName: column.name, ...(origin === undefined ? {} : { origin }) };
  });
  const [shared] = [...countNames(named.map(({ column }) => column.name))].filter(([, count]) => count > 1);
  if (shared === undefined) return named;
  const [name, count] = shared;
  throw new SyncFailure(
    'InvalidRule',
    `the query has ${count} columns called "${name}", and no table tells them apart: give them aliases`,
  );
}

function countNames(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
