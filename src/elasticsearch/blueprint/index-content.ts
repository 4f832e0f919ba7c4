import type { FieldMapping } from '../../sync/field-mapping';

/** A setting's value as Elasticsearch prints it; `null` resets it to Elasticsearch's default. */
export type SettingValue = string | readonly string[] | null;

export type Settings = Readonly<Record<string, SettingValue>>;
export type Properties = Readonly<Record<string, FieldMapping>>;

/** Properties of an alias on an index: `filter`, `index_routing`, `search_routing`, `is_write_index`, `is_hidden`. */
export type AliasDefinition = Readonly<Record<string, unknown>>;

/** Content of an index, but its documents. */
export interface IndexContent {
  /** By full name: `index.refresh_interval`. */
  readonly settings: Settings;
  /** Content of a mapping beside its fields and `_meta`: `dynamic`; a runtime field each as `runtime.NAME`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly properties: Properties;
  readonly aliases: Readonly<Record<string, AliasDefinition>>;
}

export const EMPTY_CONTENT: IndexContent = { settings: {}, parameters: {}, properties: {}, aliases: {} };

/**
 * Sources of a value, in the order of precedence: the last one wins. Elasticsearch's defaults come before all; `file` is
 * `documents.mapping`, `section` the connector's `index`.
 */
export type ValueSource = 'template' | 'pgferry' | 'index' | 'file' | 'section';

/** A value that an index will not have. */
export interface LostValue {
  /** `index.refresh_interval`, `field title.fields.raw`, `mapping dynamic`, `_meta owner`, `alias shop` */
  readonly name: string;
  readonly value: string;
  readonly source: ValueSource;
  /** Completes "stays behind: ". */
  readonly reason: string;
}

/** A value as people read it; long ones are cut. */
export function describeValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)} …`;
}

const LONGEST_VALUE = 100;

/** Whether two values are the same to Elasticsearch, which prints numbers and booleans as text. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number' || typeof part === 'boolean') return String(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
