import { SyncFailure } from '../../sync/failures';
import type { CatalogKey } from '../catalog/read-keys';
import type { RuleTable } from './find-rule-tables';
import type { NamedColumn } from './name-rule-columns';

/** Sources of a rule's key: its own `id_columns`, and the keys of its tables. */
export interface KeySources {
  readonly idColumns: readonly string[] | undefined;
  readonly tables: readonly RuleTable[];
  readonly keys: ReadonlyMap<number, readonly CatalogKey[]>;
}

/**
 * The columns that identify a rule's rows: those that the rule names, else the keys of all its tables.
 * @throws SyncFailure `InvalidRule` where one of them is not among the query's columns
 */
export function chooseRuleKey(columns: readonly NamedColumn[], sources: KeySources): readonly string[] {
  const { idColumns } = sources;
  const key = idColumns === undefined ? tableKeys(columns, sources) : idColumns.map((name) => findById(columns, name));
  return [...new Set(key)];
}

function findById(columns: readonly NamedColumn[], name: string): string {
  const exact = columns.find(({ column }) => column.name === name);
  const matching = columns.filter(
    ({ queryName, origin }) => queryName === name || (origin !== undefined && `${origin.table}.${queryName}` === name),
  );
  const [found] = exact === undefined ? matching : [exact];
  if (found !== undefined && (exact !== undefined || matching.length === 1)) return found.column.name;
  const names = (matching.length > 0 ? matching : columns).map(({ column }) => `"${column.name}"`).join(', ');
  throw new SyncFailure(
    'InvalidRule',
    matching.length > 0
      ? `id_columns names "${name}", which may be any of ${names}: name one of these`
      : `id_columns names "${name}", which is not among the query's columns ${names}`,
  );
}

function tableKeys(columns: readonly NamedColumn[], { tables, keys }: KeySources): string[] {
  return tables.flatMap((table) => {
    const [key] = keys.get(table.oid) ?? [];
    if (key === undefined) {
      throw new SyncFailure('InvalidRule', `table "${table.name}" has no primary key: give the rule id_columns`);
    }
    return key.columns.map((name) => findKeyColumn(columns, table, name));
  });
}

function findKeyColumn(columns: readonly NamedColumn[], table: RuleTable, name: string): string {
  const shown = columns.find(({ origin }) => origin?.tableOid === table.oid && origin.column === name);
  // An expression, or a view, may stand in the way of knowing the table.
  const byName = columns.filter(({ queryName, origin }) => queryName === name && origin?.tableOid !== table.oid);
  const found = shown ?? (byName.length === 1 ? byName[0] : undefined);
  if (found !== undefined) return found.column.name;
  throw new SyncFailure(
    'InvalidRule',
    `column "${name}" of the primary key of "${table.name}" is not among the query's columns: select it, ` +
      `or give the rule id_columns`,
  );
}
