import type { ColumnType } from '../../sync/relation';
import { RANGE_BOUNDS } from '../types/render-range';

/** Base types, by their name in `pg_type`, whose values can be turned in the same ways. */
const BASE_KINDS = {
  number: ['int2', 'int4', 'int8', 'oid', 'numeric', 'money', 'float4', 'float8'],
  boolean: ['bool'],
  bits: ['bit', 'varbit'],
  identifier: ['uuid', 'macaddr', 'macaddr8', 'pg_lsn'],
  date: ['date', 'timestamp', 'timestamptz'],
  time: ['time'],
  span: ['timetz', 'interval'],
  json: ['json', 'jsonb'],
  map: ['hstore'],
  bytes: ['bytea'],
  address: ['inet'],
  network: ['cidr'],
  vector: ['vector', 'halfvec'],
  point: ['point'],
  figure: ['lseg', 'box', 'path', 'polygon'],
  geometry: ['geometry', 'geography'],
} as const;

/** Kind of a column's values: `text` is every type of which pgferry knows nothing but its text. */
export type ValueKind = keyof typeof BASE_KINDS | 'text' | 'composite' | 'numberRange' | 'dateRange';

const KIND_BY_NAME: ReadonlyMap<string, ValueKind> = new Map(
  (Object.keys(BASE_KINDS) as (keyof typeof BASE_KINDS)[]).flatMap((kind) =>
    BASE_KINDS[kind].map((name) => [name, kind] as const),
  ),
);

/** The kind of a type that is neither an array nor a domain. */
export function kindOf(type: ColumnType): ValueKind {
  switch (type.kind) {
    case 'base':
      return KIND_BY_NAME.get(type.name) ?? 'text';
    case 'composite':
      return 'composite';
    case 'range':
      return rangeKind(type.element);
    case 'multirange':
      return rangeKind(type.element.kind === 'range' ? type.element.element : type.element);
    case 'domain':
      return kindOf(type.base);
    default:
      return 'text';
  }
}

function rangeKind(element: ColumnType): ValueKind {
  const base = element.kind === 'domain' ? element.base : element;
  const bounds = base.kind === 'base' ? RANGE_BOUNDS[base.name] : undefined;
  if (bounds === undefined) return 'text';
  return bounds.mapping === 'date_range' ? 'dateRange' : 'numberRange';
}
