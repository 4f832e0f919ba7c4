import type { DataSize } from './data-size';

/** Rows deleted, updated, inserted and given another key in each table, each time that rows change. */
export const CHANGES = { deleted: 10, updated: 25, inserted: 15, moved: 3 } as const;

/** Documents that the changes of one table make anew, and that they leave without a row. */
export const CHANGED = {
  indexed: CHANGES.updated + CHANGES.inserted + CHANGES.moved,
  deleted: CHANGES.deleted + CHANGES.moved,
} as const;

/** Customers as Elastic's functional tests have them: names and texts in many scripts and lengths. */
export function createCustomers({ tables, rows }: DataSize): string[] {
  return listTables(tables).flatMap((table) => [
    `create table ${table} (id serial primary key, name text, age integer, description text)`,
    `insert into ${table} (name, age, description) select ${customer('n')} from generate_series(1, ${rows}) as n`,
  ]);
}

/**
 * Changes rows at both ends and in the middle of each table.
 * @param round - tells changes apart: 1, 2, …
 */
export function changeCustomers({ tables }: DataSize, round: number): string[] {
  const { deleted, updated, inserted, moved } = CHANGES;
  return listTables(tables).flatMap((table) => {
    const some = (count: number, order: string) => `(select id from ${table} order by ${order} limit ${count})`;
    return [
      `delete from ${table} where id in ${some(deleted, round % 2 === 0 ? 'id' : 'id desc')}`,
      `update ${table} set age = age + ${round}, description = description || ' v${round}'
       where id in ${some(updated, `md5(id::text || '${round}')`)}`,
      // Keys behind all others, each of which its document must follow.
      `update ${table} set id = id + 1000000 * ${round} where id in (
         select id from ${table} where id < 1000000 and description not like '% v${round}'
         order by md5('${round}' || id::text) limit ${moved})`,
      `insert into ${table} (name, age, description) select ${customer(`n + ${round} * 100000`)}
       from generate_series(1, ${inserted}) as n`,
    ];
  });
}

function listTables(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `customers_${index}`);
}

/** SQL of a customer's values that look like chance and are the same every time. */
function customer(n: string): string {
  const names = `array['Ada', 'Łukasz', 'Жанна', '小明', 'O''Neil', 'عمر', 'Zoë', E'Tab\\tNewline\\n', '"Q" \\ B']`;
  return `(${names})[1 + (${n}) % 9] || ' ' || (${n}), 18 + (${n}) % 80,
    (select string_agg(md5(w::text || (${n})::text), ' ') from generate_series(1, 1 + ((${n}) * 37) % 60) as w)`;
}
