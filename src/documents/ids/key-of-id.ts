import type { IdStyle } from '../../sync/document-owner';
import { baseOf, type Column, type Relation } from '../../sync/relation';
import { quoteIdentifier, quoteLiteral } from '../sql-text';
import { EMPTY_MARK, HASH_MARK, idPrefix } from './document-id';

/**
 * The key of a relation whose ids tell its values, so that a row is found by an index: columns that are never null, of types
 * whose text is the same for the same value.
 */
export interface IdKey {
  /** What all ids of the relation start with. */
  readonly prefix: string;
  readonly columns: readonly KeyColumn[];
}

interface KeyColumn {
  readonly name: string;
  /** Type that the text is cast to, which the column's index knows. */
  readonly sqlType: string;
  /** @returns undefined for a text that no value has */
  readonly read: (text: string) => string | undefined;
}

const BITS: Readonly<Record<string, bigint>> = { int2: 16n, int4: 32n, int8: 64n };
const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/u;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u;

/** @returns undefined where ids don't tell their rows' keys */
export function idKeyOf(connectorId: string, relation: Relation, style: IdStyle = 'qualified'): IdKey | undefined {
  // Another server's idea of equality may be another one, as that of a foreign partition.
  if (relation.wholeBecause !== undefined) return undefined;
  const columns = relation.key.map((name) => keyColumn(relation.columns.find((column) => column.name === name)));
  if (columns.length === 0 || columns.includes(undefined)) return undefined;
  return { prefix: idPrefix(connectorId, relation, style), columns: columns.flatMap((column) => column ?? []) };
}

function keyColumn(column: Column | undefined): KeyColumn | undefined {
  if (column?.notNull !== true) return undefined;
  const base = baseOf(column.type);
  if (base.kind !== 'base') return undefined;
  const { name } = column;
  const bits = BITS[base.name];
  if (bits !== undefined) return { name, sqlType: base.name, read: (text) => readInteger(text, bits) };
  if (base.name === 'uuid') return { name, sqlType: 'uuid', read: (text) => (UUID.test(text) ? text : undefined) };
  if (base.name === 'text' || base.name === 'varchar') return { name, sqlType: 'text', read: decode };
  return undefined;
}

function readInteger(text: string, bits: bigint): string | undefined {
  if (!INTEGER.test(text)) return undefined;
  const most = 1n << (bits - 1n);
  const value = BigInt(text);
  return value >= -most && value < most ? text : undefined;
}

const ENCODED = /%(?:25|2C)|%/gu;

function decode(text: string): string | undefined {
  let isPossible = !text.includes('\0');
  const decoded = text.replace(ENCODED, (code) => {
    if (code === '%') isPossible = false;
    return code === '%25' ? '%' : ',';
  });
  return isPossible ? decoded : undefined;
}

/** Ids by how their rows are found. */
export interface SortedIds {
  readonly byKey: readonly { readonly id: string; readonly values: readonly string[] }[];
  /** Only the id itself tells its row: it holds a hash of the key. */
  readonly byId: readonly string[];
}

/** Reads the keys that are in ids; those that no row of the relation can have are left out. */
export function sortIds({ prefix, columns }: IdKey, ids: readonly string[]): SortedIds {
  const byKey: { id: string; values: string[] }[] = [];
  const byId: string[] = [];
  for (const id of ids) {
    if (!id.startsWith(prefix)) continue;
    const text = id.slice(prefix.length);
    if (text.startsWith(HASH_MARK)) {
      byId.push(id);
      continue;
    }
    const parts = (prefix === '' && text === EMPTY_MARK ? '' : text).split(',');
    if (parts.length !== columns.length) continue;
    const values = columns.flatMap((column, at) => column.read(parts[at] ?? '') ?? []);
    if (values.length === columns.length) byKey.push({ id, values });
  }
  return { byKey, byId };
}

/** Condition over `t`: the row's key is one of these. Equal is what the columns' types say, which ids may tell apart. */
export function keyIsOneOf({ columns }: IdKey, keys: readonly { readonly values: readonly string[] }[]): string {
  const names = columns.map(({ name }) => `t.${quoteIdentifier(name)}`);
  const arrays = columns.map(({ sqlType }, at) => {
    const values = keys.map((key) => quoteLiteral(key.values[at] ?? ''));
    return `array[${values.join(',')}]::pg_catalog.${sqlType}[]`;
  });
  if (names.length === 1) return `${names.join('')} = any (${arrays.join('')})`;
  return `(${names.join(', ')}) in (select * from unnest(${arrays.join(', ')}))`;
}
