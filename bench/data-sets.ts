/** A table that a benchmark syncs. */
export interface DataSet {
  /** Connector, table and index. */
  readonly name: string;
  readonly what: string;
  /** Rows for every million that `--rows` asks for. */
  readonly rowsPerMillion: number;
  /** Statements that make it. */
  readonly create: (rows: number) => readonly string[];
  /** Tables to sync, as the configuration names them. */
  readonly tables: string;
}

/** Twelve mixed columns, some 420 bytes of JSON. */
const orderColumns = (key: string) => `
  id ${key} primary key,
  customer_id integer not null,
  status text not null,
  total numeric(12,2) not null,
  currency char(3) not null,
  placed_at timestamptz not null,
  ship_date date,
  is_gift boolean not null,
  email text not null,
  note text,
  tags text[] not null,
  details jsonb not null`;

const ORDER_VALUES = `
  (n::bigint * 7919) % 100000,
  (array['new', 'paid', 'shipped', 'returned'])[1 + n % 4],
  (n % 1000000) / 100.0,
  (array['EUR', 'USD', 'GBP'])[1 + n % 3],
  timestamptz '2020-01-01' + n * interval '37 seconds',
  case when n % 5 > 0 then date '2020-01-02' + (n % 2000)::integer end,
  n % 10 = 0,
  'customer' || n % 100000 || '@example.com',
  case when n % 3 = 0 then 'left at the door of number ' || n % 500 end,
  array['tag' || n % 17, 'tag' || n % 23],
  jsonb_build_object('weight', n % 90, 'carrier', 'carrier ' || n % 7, 'fragile', n % 2 = 0)`;

const WIDE_COLUMNS = 198;
const SMALL_TABLES = 2_000;
const ROWS_PER_SMALL_TABLE = 10;

export const ORDERS: DataSet = {
  name: 'orders',
  what: '12 mixed columns',
  rowsPerMillion: 1_000_000,
  tables: 'orders',
  create: (rows) => [
    `create table orders (${orderColumns('bigint')})`,
    `insert into orders select n, ${ORDER_VALUES} from generate_series(1, ${rows}) as n`,
  ],
};

/** Rows whose changes are followed: as many, whatever `--rows` says. */
export const FOLLOWED = {
  name: 'followed',
  rows: 200_000,
  create: (rows: number): readonly string[] => [
    `create table followed (${orderColumns('bigint')}, mark bigint not null default 0)`,
    `insert into followed select n, ${ORDER_VALUES} from generate_series(1, ${rows}) as n`,
    'create publication pgferry_followed for table followed',
  ],
};

/** Other shapes of rows. */
export const SHAPES: readonly DataSet[] = [
  {
    name: 'narrow',
    what: '2 columns',
    rowsPerMillion: 1_000_000,
    tables: 'narrow',
    create: (rows) => [
      'create table narrow (id bigint primary key, name text not null)',
      `insert into narrow select n, 'name ' || n from generate_series(1, ${rows}) as n`,
    ],
  },
  {
    name: 'wide',
    what: '200 columns',
    rowsPerMillion: 20_000,
    tables: 'wide',
    create: (rows) => {
      const columns = Array.from({ length: WIDE_COLUMNS }, (_, i) => `c${i} ${i % 2 === 0 ? 'integer' : 'text'}`);
      const values = Array.from({ length: WIDE_COLUMNS }, (_, i) => (i % 2 === 0 ? `n % ${i + 7}` : `'v' || n % ${i}`));
      return [
        `create table wide (id bigint primary key, at timestamptz, ${columns.join(', ')})`,
        `insert into wide select n, now(), ${values.join(', ')} from generate_series(1, ${rows}) as n`,
      ];
    },
  },
  {
    name: 'large',
    what: 'rows of 100 KB',
    rowsPerMillion: 4_000,
    tables: 'large',
    create: (rows) => [
      'create table large (id bigint primary key, body text not null)',
      'alter table large alter body set storage external',
      `insert into large select n, (select string_agg(md5((n::bigint * 3125 + i)::text), ' ') from generate_series(1, 3100) as i)
       from generate_series(1, ${rows}) as n`,
    ],
  },
  {
    name: 'uuids',
    what: '12 mixed columns, random uuid keys',
    rowsPerMillion: 500_000,
    tables: 'uuids',
    create: (rows) => [
      `create table uuids (${orderColumns('uuid')})`,
      `insert into uuids select md5(n::text)::uuid, ${ORDER_VALUES} from generate_series(1, ${rows}) as n`,
    ],
  },
];

/** The same number of tables whatever `--rows` says. */
export const MANY_TABLES: DataSet = {
  name: 'many',
  what: `${SMALL_TABLES} tables of ${ROWS_PER_SMALL_TABLE} rows`,
  rowsPerMillion: 0,
  tables: 'small_*',
  create: () => [
    `do $$ begin
       for t in 1..${SMALL_TABLES} loop
         execute format('create table small_%s (id integer primary key, name text not null)', t);
         execute format('insert into small_%s select n, ''name '' || n from generate_series(1, ${ROWS_PER_SMALL_TABLE}) n', t);
         if t % 200 = 0 then commit; end if;
       end loop;
     end $$`,
  ],
};
