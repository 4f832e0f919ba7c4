import type { ColumnType } from '../../src/sync/relation';
import { baseType } from './make-relation';

/** A type of PostgreSQL whose columns may be given mappings. */
export interface OverrideSource {
  /** As it stands in `create table`. */
  readonly sql: string;
  readonly type: ColumnType;
}

const COMPOSITE: ColumnType = {
  kind: 'composite',
  sqlName: 'pair',
  attributes: [{ name: 'a', type: baseType('text') }],
};

/** One type, at least, of every kind that differs in the mappings that it may be given. */
export const OVERRIDE_SOURCES: readonly OverrideSource[] = [
  ...named({ smallint: 'int2', integer: 'int4', bigint: 'int8', oid: 'oid', numeric: 'numeric', money: 'money' }),
  ...named({ real: 'float4', 'double precision': 'float8', boolean: 'bool', text: 'text', citext: 'citext' }),
  ...named({ 'character varying': 'varchar', 'character(60)': 'bpchar', name: 'name', xml: 'xml' }),
  { sql: 'mood', type: { kind: 'enum', sqlName: 'mood', labels: [] } },
  // A type that pgferry does not know, and that holds any text.
  ...named({ refcursor: 'refcursor' }),
  ...named({ 'bit varying': 'varbit', uuid: 'uuid', macaddr: 'macaddr', macaddr8: 'macaddr8', pg_lsn: 'pg_lsn' }),
  ...named({ date: 'date', timestamp: 'timestamp', timestamptz: 'timestamptz', time: 'time' }),
  ...named({ timetz: 'timetz', interval: 'interval', json: 'json', jsonb: 'jsonb', hstore: 'hstore' }),
  ...named({ bytea: 'bytea', inet: 'inet', cidr: 'cidr', point: 'point' }),
  ...named({ lseg: 'lseg', box: 'box', path: 'path', polygon: 'polygon' }),
  { sql: 'pair', type: COMPOSITE },
  ...ranges({ int4range: 'int4', int8range: 'int8', numrange: 'numeric' }),
  ...ranges({ daterange: 'date', tsrange: 'timestamp', tstzrange: 'timestamptz' }),
  ...arrays({ 'integer[]': 'int4', 'real[]': 'float4', 'double precision[]': 'float8', 'numeric[]': 'numeric' }),
  ...arrays({ 'text[]': 'text', 'jsonb[]': 'jsonb', 'point[]': 'point', 'timestamptz[]': 'timestamptz' }),
];

function named(types: Readonly<Record<string, string>>): OverrideSource[] {
  return Object.entries(types).map(([sql, name]) => ({ sql, type: baseType(name) }));
}

function ranges(types: Readonly<Record<string, string>>): OverrideSource[] {
  return Object.entries(types).map(([sql, name]) => ({
    sql,
    type: { kind: 'range', sqlName: sql, element: baseType(name) },
  }));
}

function arrays(types: Readonly<Record<string, string>>): OverrideSource[] {
  return Object.entries(types).map(([sql, name]) => ({
    sql,
    type: { kind: 'array', sqlName: sql, element: baseType(name) },
  }));
}
