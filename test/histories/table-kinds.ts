/** A table that rows are written to. */
export interface WrittenTable {
  readonly name: string;
  /** Columns beside `status`, `name` and `v`, as SQL of a row's number. */
  readonly key: Readonly<Record<string, (n: number) => string>>;
}

/** A kind of relation that pgferry reads in its own way. */
export interface TableKind {
  readonly create: readonly string[];
  readonly written: readonly WrittenTable[];
  /** Names of what is synced, where the configuration names it. */
  readonly relations: readonly string[];
  /** For what has no primary key. */
  readonly idColumns?: Readonly<Record<string, readonly string[]>>;
  /** Statements that change what is there without changing a row that the kind shows, or by more than rows. */
  readonly upheavals: readonly string[];
}

const COLUMNS = 'status text, name text, v int';

/** Parts of a key that need encoding in an id, or look encoded. */
const CODES = ['a', 'x,y', '50%', 'a%2Cb', 'Zürich', '', ' blank ', '%N'];

const number = (n: number): string => String(n);
const code = (n: number): string => `'${CODES[n % CODES.length] ?? ''}'`;

function table(name: string): WrittenTable {
  return { name, key: { id: number } };
}

/** Tables of two schemas, `a` and `b`. */
export const TABLE_KINDS = {
  plain: {
    create: [`create table a.plain (id int primary key, ${COLUMNS})`],
    written: [table('a.plain')],
    relations: ['a.plain'],
    upheavals: ['vacuum full a.plain', 'truncate a.plain', 'cluster a.plain using plain_pkey'],
  },
  composite: {
    create: [`create table a.composite (code text, n bigint, ${COLUMNS}, primary key (code, n))`],
    written: [{ name: 'a.composite', key: { code, n: number } }],
    relations: ['a.composite'],
    upheavals: ['vacuum full a.composite'],
  },
  partitioned: {
    create: [
      `create table a.parts (region int, id int, ${COLUMNS}, primary key (id, region)) partition by list (region)`,
      'create table a.parts_0 partition of a.parts for values in (0)',
      'create table b.parts_1 partition of a.parts for values in (1) partition by range (id)',
      'create table b.parts_1_low partition of b.parts_1 for values from (minvalue) to (7)',
      'create table b.parts_1_high partition of b.parts_1 for values from (7) to (maxvalue)',
      'create table a.parts_rest partition of a.parts default',
    ],
    written: [{ name: 'a.parts', key: { id: number, region: (n) => String(n % 3) } }],
    relations: ['a.parts'],
    upheavals: [
      'alter table a.parts detach partition a.parts_0',
      'alter table a.parts attach partition a.parts_0 for values in (0)',
      'drop table a.parts_rest',
      'truncate b.parts_1',
      'update a.parts set region = (region + 1) % 3 where id = 3',
    ],
  },
  inherited: {
    create: [
      `create table a.parent (id int primary key, ${COLUMNS})`,
      'create table b.child (more text, primary key (id)) inherits (a.parent)',
      'create table b.grandchild (most int, primary key (id)) inherits (b.child)',
    ],
    written: [table('a.parent'), table('b.child'), table('b.grandchild')],
    relations: ['a.parent', 'b.child', 'b.grandchild'],
    upheavals: [
      'alter table b.grandchild no inherit b.child',
      'alter table b.grandchild inherit b.child',
      'truncate only b.child',
      'vacuum full b.grandchild',
      "update b.child set more = 'more' where id < 5",
    ],
  },
  view: {
    create: [
      `create table a.base (id int primary key, ${COLUMNS})`,
      'create view a.shown as select id, status, name, v from a.base where v is null or v % 2 = 0',
      'create materialized view b.kept as select * from a.base',
    ],
    written: [table('a.base')],
    relations: ['a.shown', 'b.kept'],
    idColumns: { 'a.shown': ['id'], 'b.kept': ['id'] },
    upheavals: [
      'refresh materialized view b.kept',
      'create or replace view a.shown as select id, status, name, v from a.base where v is null or v % 3 = 0',
      'create or replace view a.shown as select id, status, name, v, 1 as one from a.base',
      'truncate a.base',
    ],
  },
  keyless: {
    create: [`create table a.keyless (id int, ${COLUMNS})`],
    written: [table('a.keyless')],
    relations: ['a.keyless'],
    idColumns: { 'a.keyless': ['id'] },
    upheavals: ['insert into a.keyless select * from a.keyless limit 1', 'vacuum full a.keyless'],
  },
  namesakes: {
    create: [
      `create table a.twin (id int primary key, ${COLUMNS})`,
      `create table b.twin (id bigint primary key, ${COLUMNS}, extra jsonb default '{"a": [1, null]}')`,
    ],
    written: [table('a.twin'), table('b.twin')],
    relations: ['a.twin', 'b.twin'],
    upheavals: ['alter table a.twin set schema b', 'truncate b.twin'],
  },
} as const satisfies Readonly<Record<string, TableKind>>;

export type TableKindName = keyof typeof TABLE_KINDS;

export function kindOf(name: TableKindName): TableKind {
  return TABLE_KINDS[name];
}
