import type { TestDatabase } from '../../../support/postgres';
import { eachBranch, linkName } from './create-tables';
import {
  type Draw,
  type DrawnBranch,
  type DrawnTable,
  keyColumns,
  type KeyKind,
  listTables,
  tieColumns,
  tiePrefix,
} from './draw-tree';

/** Changes rows of a tree's tables at random; each statement can be told from the seed. */
export interface RowChanger {
  readonly fill: () => Promise<void>;
  readonly change: (changes: number) => Promise<void>;
}

interface Tie {
  readonly owner: DrawnTable;
  readonly columns: readonly string[];
  readonly target: DrawnTable;
  readonly onDelete: DrawnBranch['onDelete'];
}

interface Link {
  readonly name: string;
  readonly parent: DrawnTable;
  readonly child: DrawnTable;
  readonly isUnique: boolean;
}

const ROOTS = 10;
const ROWS = 16;

export function createRowChanger(database: TestDatabase, root: DrawnTable, draw: Draw): RowChanger {
  const tables = listTables(root);
  const { ties, links } = listTies(root);
  let keys = 0;

  const someRow = ({ name }: { readonly name: string }) => {
    const order = 'order by md5(r::text)';
    return `(select r from ${name} as r ${order} limit 1 offset ${draw.number(ROWS)})`;
  };
  const freshKey = (table: DrawnTable) => {
    keys += 1;
    const kinds: Readonly<Record<KeyKind, readonly string[]>> = {
      int: [`${keys}`],
      text: [`'t ${draw.number(9)},${keys}%'`],
      pair: [`${draw.number(5)}`, `'p${keys}'`],
      uuid: [`md5('${keys}')::uuid`],
      numeric: [`${keys}.5`],
      citext: [`'c${keys}'`],
    };
    return kinds[table.key];
  };
  /** A key of a row that is there, printed in another way where there is one; null or of no row at times. */
  const otherKey = (target: DrawnTable, mayBeOrphan: boolean) => {
    const row = someRow(target);
    const columns = keyColumns(target);
    if (draw.chance(0.1)) return columns.map(([, type]) => `null::${type}`);
    if (mayBeOrphan && draw.chance(0.15)) return freshKey(target);
    return columns.map(([name]) => {
      const key = `(select (x.r).${name} from ${row} as x)`;
      if (target.key === 'numeric') return `${key} + 0.00`;
      return target.key === 'citext' ? `upper(${key}::text)::public.citext` : key;
    });
  };
  const insert = (table: DrawnTable, key = freshKey(table)) => {
    const own = ties.filter(({ owner }) => owner.name === table.name);
    const columns = [...keyColumns(table).map(([name]) => name), 'v', 'ok', ...own.flatMap((tie) => tie.columns)];
    const values = [
      ...key,
      `'v${draw.number(1_000)}'`,
      String(draw.chance(0.8)),
      ...own.flatMap((tie) => otherKey(tie.target, tie.onDelete === 'none')),
    ];
    const into = table.storage === 'inherited' && draw.chance(0.5) ? `${table.name}_more` : table.name;
    return `insert into ${into} (${columns.join(', ')}) values (${values.join(', ')})`;
  };
  const insertLink = ({ name, parent, child, isUnique }: Link) => {
    const columns = [...tieColumns('p', parent), ...tieColumns('c', child), 'payload'];
    const values = [...otherKey(parent, false), ...otherKey(child, !isUnique), `'w${draw.number(100)}'`];
    const given = columns.slice(0, -1).map((column) => `s.${column} is not null`);
    return (
      `insert into ${name} select * from (select ${values.join(', ')}) as s (${columns.join(', ')}) ` +
      (isUnique ? `where ${given.join(' and ')} on conflict do nothing` : '')
    );
  };
  const atRow = (table: { readonly name: string }) =>
    `(tableoid, ctid) = (select r.tableoid, r.ctid from ${table.name} as r order by md5(r::text) limit 1 offset ${draw.number(ROWS)})`;
  const changeTable = (table: DrawnTable): string[] => {
    const own = ties.filter(({ owner }) => owner.name === table.name);
    const tie = own.length === 0 ? undefined : draw.oneOf(own);
    const kind = draw.number(13);
    if (kind < 3) return [insert(table)];
    if (kind < 5) return [`update ${table.name} set v = 'w${draw.number(1_000)}' where ${atRow(table)}`];
    if (kind === 5) return [`update ${table.name} set ok = not ok where ${atRow(table)}`];
    if (kind < 8 || kind === 12) return [`delete from ${table.name} where ${atRow(table)}`];
    if (kind === 8 && table.storage !== 'inherited') {
      const names = keyColumns(table).map(([name]) => name);
      const key = freshKey(table);
      return [`update ${table.name} set (${names.join(', ')}) = row(${key.join(', ')}) where ${atRow(table)}`];
    }
    if (kind === 9 && draw.chance(0.2)) return [`vacuum full ${table.name}`];
    if (tie === undefined) return [insert(table)];
    const key = otherKey(tie.target, tie.onDelete === 'none');
    return [`update ${table.name} set (${tie.columns.join(', ')}) = row(${key.join(', ')}) where ${atRow(table)}`];
  };
  const changeLink = (link: Link): string[] => {
    const kind = draw.number(4);
    if (kind < 2) return [insertLink(link)];
    if (kind === 2) return [`delete from ${link.name} where ${atRow(link)}`];
    return [`update ${link.name} set payload = 'u${draw.number(100)}' where ${atRow(link)}`];
  };
  return {
    fill: async () => {
      for (const table of tables.toReversed()) {
        const rows = table === root ? ROOTS : ROWS;
        for (let row = 0; row < rows; row += 1) await database.sql(insert(table));
      }
      for (const link of links) {
        for (let row = 0; row < ROWS; row += 1) await database.sql(insertLink(link));
      }
    },
    change: async (changes) => {
      for (let change = 0; change < changes; change += 1) {
        const isOfLink = links.length > 0 && draw.chance(0.25);
        const statements = isOfLink ? changeLink(draw.oneOf(links)) : changeTable(draw.oneOf(tables));
        for (const statement of statements) await database.sql(statement);
      }
    },
  };
}

function listTies(root: DrawnTable): { readonly ties: readonly Tie[]; readonly links: readonly Link[] } {
  const ties: Tie[] = [];
  const links: Link[] = [];
  eachBranch(root, (parent, branch) => {
    const { table, tie, onDelete } = branch;
    const [owner, target] = tie === 'parent' ? [parent, table] : [tie === 'self' ? parent : table, parent];
    if (tie === 'link') links.push({ name: linkName(branch), parent, child: table, isUnique: onDelete !== 'none' });
    else ties.push({ owner, target, onDelete, columns: tieColumns(tiePrefix(branch), target) });
  });
  return { ties, links };
}
