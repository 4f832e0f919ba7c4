import type { BranchEntry, RollupEntry } from '../schema/nested-section';

/** A figure of a branch's rows, as the file asks for it. */
export type RollupSettings = RollupEntry;

/** A branch of a document as the file has it, under names of our own. */
export interface BranchSettings extends Pick<BranchEntry, 'table' | 'by' | 'columns' | 'where' | 'limit' | 'one'> {
  readonly through?: LinkSettings;
  readonly excludeColumns: readonly string[];
  readonly rename: Readonly<Record<string, string>>;
  readonly orderBy?: readonly string[];
  readonly maxRows: number;
  readonly mapping?: 'nested' | 'object' | 'none';
  readonly rollups: Readonly<Record<string, RollupSettings>>;
  readonly list: boolean;
  readonly with: Readonly<Record<string, BranchSettings>>;
}

/** The table between a parent and its rows. */
export interface LinkSettings {
  readonly table: string;
  /** Columns of the link: columns of the parent. */
  readonly parent?: Readonly<Record<string, string>> | undefined;
  /** Columns of the link: columns of the branch's table. */
  readonly child?: Readonly<Record<string, string>> | undefined;
}

/** Trees of branches by the table whose rows are the documents. */
export type TreeSettings = Readonly<Record<string, Readonly<Record<string, BranchSettings>>>>;

/** The section `documents.nested` as settings; undefined where nothing is nested. */
export function toTrees(
  nested: Readonly<Record<string, Readonly<Record<string, BranchEntry>>>> | undefined,
): TreeSettings | undefined {
  if (nested === undefined || Object.keys(nested).length === 0) return undefined;
  return mapValues(nested, (branches) => mapValues(branches, toBranch));
}

function toBranch(entry: BranchEntry): BranchSettings {
  const { table, through, by, columns, where, limit, one, mapping, list = true } = entry;
  return {
    table,
    ...(through === undefined ? {} : { through: typeof through === 'string' ? { table: through } : through }),
    ...(by === undefined ? {} : { by }),
    ...(columns === undefined ? {} : { columns }),
    excludeColumns: entry.exclude_columns ?? [],
    rename: entry.rename ?? {},
    ...(where === undefined ? {} : { where }),
    ...(entry.order_by === undefined ? {} : { orderBy: entry.order_by }),
    ...(limit === undefined ? {} : { limit }),
    maxRows: entry.max_rows ?? 10_000,
    ...(one === undefined ? {} : { one }),
    ...(mapping === undefined ? {} : { mapping }),
    rollups: entry.rollups ?? {},
    list,
    with: mapValues(entry.with ?? {}, toBranch),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  convert: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}
