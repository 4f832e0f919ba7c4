import fc from 'fast-check';

/** Kinds of keys: what is compared is not always what is printed. */
export type KeyKind = 'citext' | 'int' | 'numeric' | 'pair' | 'text' | 'uuid';

/** A table, and the tables whose rows its documents hold. */
export interface DrawnTable {
  readonly name: string;
  readonly key: KeyKind;
  readonly storage: 'inherited' | 'partitioned' | 'plain';
  readonly branches: readonly DrawnBranch[];
}

/** Rows of a table within those of its parent. */
export interface DrawnBranch {
  readonly field: string;
  readonly table: DrawnTable;
  /** Which table has the columns of the foreign key; `self`: the parent's own rows, one level up. */
  readonly tie: 'child' | 'link' | 'parent' | 'self';
  /** What a deleted row does to those that refer to it; `none`: there is no constraint, and orphans stay. */
  readonly onDelete: 'cascade' | 'none' | 'set null';
  readonly hasCondition: boolean;
  /** Whether an index leads from a row to the rows of the branch, where one would be made for it. */
  readonly isIndexed: boolean;
  readonly limit?: number;
}

/** Draws whatever a test asks for, the same for the same seed. */
export interface Draw {
  /** From 0 to below `end`. */
  readonly number: (end: number) => number;
  readonly oneOf: <Item>(items: readonly Item[]) => Item;
  readonly chance: (share: number) => boolean;
}

const NUMBERS = 20_000;
const RANGE = 2 ** 30;

export function drawFrom(seed: number): Draw {
  const numbers = fc.sample(fc.nat(RANGE), { seed, numRuns: NUMBERS });
  let used = 0;
  const number = (end: number) => {
    const drawn = numbers[used % NUMBERS] ?? 0;
    used += 1;
    return drawn % end;
  };
  return {
    number,
    oneOf: <Item>(items: readonly Item[]) => items[number(items.length)] as Item,
    chance: (share) => number(1_000) < share * 1_000,
  };
}

/** Tables below each other. */
const DEEPEST = 4;
const KEYS: readonly KeyKind[] = ['int', 'int', 'text', 'pair', 'uuid', 'numeric', 'citext'];

/** Draws a tree of up to {@link DEEPEST} levels below its root, mostly narrow. */
export function drawTree(draw: Draw): DrawnTable {
  let tables = 0;
  let branches = 0;
  const drawTable = (level: number): DrawnTable => {
    tables += 1;
    const name = `n${tables}`;
    const key = draw.oneOf(KEYS);
    const storages = ['plain', 'plain', 'partitioned', ...(level > 0 ? (['inherited'] as const) : [])] as const;
    const storage = draw.oneOf(storages);
    const table = { name, key, storage, branches: [] as DrawnBranch[] };
    const wanted = level === 0 ? 1 + draw.number(3) : level < DEEPEST ? draw.number(2 + (level === 1 ? 1 : 0)) : 0;
    for (let n = 0; n < wanted && tables < 6; n += 1) {
      branches += 1;
      const field = `b${branches}`;
      const tie = draw.oneOf<DrawnBranch['tie']>(['child', 'child', 'parent', 'link', 'self']);
      const isSelf = tie === 'self';
      if (isSelf && storage !== 'plain') continue;
      if (isSelf && table.branches.some((branch) => branch.tie === 'self')) continue;
      const below = isSelf ? { ...table, branches: [] } : drawTable(level + 1);
      // A foreign key sees the rows of the parent table only.
      const isFree = [table, below].some((one) => one.storage === 'inherited') || draw.chance(0.3);
      const isOrdered = ['int', 'pair', 'text', 'uuid'].includes(below.key) && tie !== 'parent';
      table.branches.push({
        field,
        table: below,
        tie,
        onDelete: isFree ? 'none' : draw.oneOf(['cascade', tie === 'link' ? 'cascade' : 'set null']),
        hasCondition: draw.chance(0.3),
        isIndexed: draw.chance(0.6),
        ...(isOrdered && draw.chance(0.2) ? { limit: 1 + draw.number(3) } : {}),
      });
    }
    return table;
  };
  return drawTable(0);
}

/** All tables of a tree, its root first; links are not among them. */
export function listTables(root: DrawnTable): DrawnTable[] {
  const below = root.branches.filter(({ tie }) => tie !== 'self').flatMap(({ table }) => listTables(table));
  return [root, ...below];
}

/** Columns of a key, each with its type. */
export function keyColumns({ key }: Pick<DrawnTable, 'key'>): readonly (readonly [name: string, type: string])[] {
  if (key === 'pair') {
    return [
      ['k', 'int'],
      ['k2', 'text'],
    ];
  }
  return [['k', key === 'citext' ? 'public.citext' : key]];
}

/** Columns by which a row refers to one of a branch, or of its parent. */
export function tieColumns(prefix: string, target: Pick<DrawnTable, 'key'>): readonly string[] {
  return keyColumns(target).map(([name]) => `${prefix}_${name}`);
}

/** Prefix of the columns that refer to the other end of a branch. */
export function tiePrefix({ field, tie }: Pick<DrawnBranch, 'field' | 'tie'>): string {
  return tie === 'parent' ? `to_${field}` : `of_${field}`;
}
