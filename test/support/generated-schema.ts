import fc from 'fast-check';

import { quoteIdentifier, quoteLiteral } from '../../src/documents/sql-text';
import { TYPE_CASES } from '../integration/documents/type-cases';

/** A schema of PostgreSQL with tables and rows, as statements. */
export interface GeneratedSchema {
  readonly name: string;
  /** Makes it. */
  readonly create: string;
  /** Changes, adds and deletes some rows. */
  readonly change: string;
  /** Views, by `schema.view`, with the columns of their keys. */
  readonly idColumns: Readonly<Record<string, readonly string[]>>;
  /** Names of tables and views. */
  readonly relations: readonly string[];
}

/** Values that take no megabytes: sizes have tests of their own. */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(TYPE_CASES).map(([type, cases]) => [
    type,
    cases.map(({ value }) => value).filter((value) => value.length < 2_000 && !/repeat|generate_series/.test(value)),
  ]),
);

/** Types of key columns, and the value of a row's number in them: no two rows share one. */
const KEYS: Readonly<Record<string, (row: number) => string>> = {
  integer: (row) => `${row - 3}`,
  bigint: (row) => `${row}::bigint * 1000000000000007`,
  numeric: (row) => `${row}.50`,
  text: (row) =>
    quoteLiteral(`${['', ',', '%', '%2C', ' a b', `"\\`, 'ünï\n', 'x'.repeat(600)][row % 8] ?? ''}${'~'.repeat(row)}`),
  'character varying(20)': (row) => `'k,${row}'`,
  uuid: (row) => `md5('${row}')::uuid`,
  date: (row) => `date '1999-12-30' + ${row}`,
  timestamptz: (row) => `timestamptz '2024-01-01 00:00Z' + ${row} * interval '1.000001 s'`,
  inet: (row) => `inet '10.0.0.250' + ${row}`,
  bytea: (row) => `decode(lpad('${row}', 4, '0'), 'hex')`,
};

const ODD_NAMES = [
  'plain',
  'Name',
  'select',
  'a b',
  'ünï',
  'with"quote',
  'dot.ted',
  `it's`,
  '_id',
  '100%',
  'comma,',
  'sla/sh',
  'x'.repeat(70),
  'tab\t',
];

interface TableShape {
  readonly name: string;
  readonly kind: 'plain' | 'unlogged' | 'partitioned' | 'unique';
  readonly keyTypes: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** For each row and column a number that chooses the value, or null. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly hasView: boolean;
}

const MAX_COLUMNS = 7;

const table: fc.Arbitrary<TableShape> = fc.record({
  name: fc.constantFrom(...ODD_NAMES),
  kind: fc.constantFrom(
    'plain' as const,
    'plain' as const,
    'unlogged' as const,
    'partitioned' as const,
    'unique' as const,
  ),
  keyTypes: fc.array(fc.constantFrom(...Object.keys(KEYS)), { minLength: 1, maxLength: 3 }),
  columns: fc.array(fc.record({ name: fc.constantFrom(...ODD_NAMES), type: fc.constantFrom(...VALUES.keys()) }), {
    maxLength: MAX_COLUMNS,
  }),
  rows: fc.array(fc.array(fc.option(fc.nat(100), { freq: 4 }), { minLength: MAX_COLUMNS, maxLength: MAX_COLUMNS }), {
    maxLength: 12,
  }),
  hasView: fc.boolean(),
});

/** Draws schemas: random names, types, keys, kinds of tables, values and nulls. The same seed draws the same ones. */
export function drawSchemas(count: number, seed: number): GeneratedSchema[] {
  const shapes = fc.sample(fc.array(table, { minLength: 1, maxLength: 3 }), { numRuns: count, seed });
  return shapes.map((tables, index) => writeSchema(`gen ${index}`, tables));
}

function writeSchema(name: string, shapes: readonly TableShape[]): GeneratedSchema {
  const written = shapes.map((shape, index) => writeTable(name, `${cut(shape.name)}_t${index}`, shape));
  return {
    name,
    create: [`create schema ${quoteIdentifier(name)}`, ...written.map(({ create }) => create)].join(';\n'),
    change: written.map(({ change }) => change).join(';\n'),
    idColumns: Object.assign({}, ...written.map(({ idColumns }) => idColumns)) as GeneratedSchema['idColumns'],
    relations: written.flatMap(({ relations }) => relations),
  };
}

function writeTable(schema: string, table: string, shape: TableShape): Omit<GeneratedSchema, 'name'> {
  const { kind, keyTypes, hasView } = shape;
  const keys = keyTypes.map((type, index) => ({ name: `Key ${index}`, type }));
  const columns = shape.columns.map(({ name, type }, index) => ({ name: `${cut(name)}_c${index}`, type }));
  const key = keys.map((column) => quoteIdentifier(column.name)).join(', ');
  // The end of a table's name tells it from the others.
  const view = `v_${table.slice(-20)}`;
  const partName = `p_${table.slice(-20)}`;
  const target = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  const definitions = [
    ...keys.map((column) => `${quoteIdentifier(column.name)} ${column.type} not null`),
    ...columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`),
    `${kind === 'unique' ? 'unique' : 'primary key'} (${key})`,
  ];
  const valuesOf = (row: number, choices: readonly (number | null)[]) =>
    [
      ...keys.map(({ type }) => KEYS[type]?.(row) ?? 'null'),
      ...columns.map(({ type }, at) => valueOf(type, choices[at] ?? null)),
    ].join(', ');
  const insert = (row: number, choices: readonly (number | null)[]) =>
    `insert into ${target} values (${valuesOf(row, choices)})`;
  const [first, second, ...others] = shape.rows;
  const [changed] = columns;
  const statements = [
    `create ${kind === 'unlogged' ? 'unlogged ' : ''}table ${target} (${definitions.join(', ')})${kind === 'partitioned' ? ` partition by hash (${key})` : ''}`,
    ...(kind === 'partitioned'
      ? [0, 1].map(
          (part) =>
            `create table ${quoteIdentifier(schema)}.${quoteIdentifier(`${partName} ${part}`)} partition of ${target} for values with (modulus 2, remainder ${part})`,
        )
      : []),
    ...shape.rows.map((choices, row) => insert(row, choices)),
    ...(hasView ? [`create view ${quoteIdentifier(schema)}.${quoteIdentifier(view)} as select * from ${target}`] : []),
  ];
  const changes = [
    ...(first === undefined
      ? []
      : [`delete from ${target} where (${key}) = (${keys.map(({ type }) => KEYS[type]?.(0) ?? 'null').join(', ')})`]),
    ...(second === undefined || changed === undefined
      ? []
      : [`update ${target} set ${quoteIdentifier(changed.name)} = ${valueOf(changed.type, 7 + others.length)}`]),
    insert(50, first ?? []),
  ];
  return {
    create: statements.join(';\n'),
    change: changes.join(';\n'),
    idColumns: hasView ? { [`${schema}.${view}`]: keys.map((column) => column.name) } : {},
    relations: [table, ...(hasView ? [view] : [])],
  };
}

function valueOf(type: string, choice: number | null): string {
  const values = VALUES.get(type) ?? [];
  const value = choice === null || values.length === 0 ? undefined : values[choice % values.length];
  return value === undefined ? 'null' : `(${value})::${type}`;
}

/** Room for a suffix within the 63 bytes of a name. */
function cut(name: string): string {
  return Buffer.from(name).subarray(0, 56).toString();
}
