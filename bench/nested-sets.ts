/** Parents with their children, in one order of the children's file. */
export interface NestedSet {
  /** Connector, and the start of the tables' names. */
  readonly name: string;
  readonly what: string;
  /** Statements that make it. */
  readonly create: (parents: number) => readonly string[];
}

/** Children of each parent. */
export const CHILDREN = 10;

/** Parents for every million of rows that `--rows` asks for. */
export const PARENTS_PER_MILLION = 100_000;

/** A purchase with its lines, as pgferry.yml names them. */
export function treeOf({ name }: NestedSet): Readonly<Record<string, unknown>> {
  return { [name]: { lines: { table: `${name}_line`, rollups: { total: { sum: 'price' } } } } };
}

/** The same as pgsync's schema, without the sum. */
export function pgsyncTreeOf({ name }: NestedSet) {
  const relationship = { variant: 'object', type: 'one_to_many' };
  return { table: name, children: [{ table: `${name}_line`, label: 'lines', relationship }] };
}

const makeTables = (name: string, parents: number, place: string) => [
  `create table ${name} (
     id bigint primary key, customer text not null, status text not null, placed_at timestamptz not null)`,
  `insert into ${name} select n, 'customer ' || n % 10000, (array['new', 'paid', 'sent'])[1 + n % 3],
     timestamptz '2020-01-01' + n * interval '37 seconds' from generate_series(1, ${parents}) as n`,
  `create table ${name}_line (
     id bigint primary key, parent bigint not null references ${name}, product text not null, quantity integer not null,
     price numeric(10, 2) not null)`,
  `insert into ${name}_line select n, 1 + ${place}, 'product ' || n % 5000, 1 + n % 9, (n % 10000) / 100.0
     from generate_series(0, ${parents * CHILDREN - 1}) as n`,
  `create index ${name}_parent on ${name}_line (parent)`,
];

export const CLUSTERED: NestedSet = {
  name: 'purchase',
  what: 'children beside each other',
  create: (parents) => makeTables('purchase', parents, `n / ${CHILDREN}`),
};

export const SCATTERED: NestedSet = {
  name: 'scattered',
  what: 'children at random places',
  // A hash: no two neighbours share a parent, and the order tells nothing.
  create: (parents) => makeTables('scattered', parents, `mod(hashint8(n)::bigint + 2147483648, ${parents})`),
};
