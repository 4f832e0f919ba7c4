import { DatabaseError } from 'pg';

import type { Action, Row } from './history';
import { fieldOf } from './played-pipeline';
import type { WrittenTable } from './table-kinds';
import type { World, WorldConnector } from './world';

/**
 * Does what an action says to what is there.
 * @returns what it did, for the story
 */
export async function act(world: World, action: Action): Promise<string> {
  try {
    return await perform(world, action);
  } catch (error) {
    // What PostgreSQL does not allow just then, it allows nobody.
    if (!(error instanceof DatabaseError)) throw error;
    return `nothing: PostgreSQL says ${error.message}`;
  }
}

async function perform(world: World, action: Action): Promise<string> {
  switch (action.do) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'renumber':
      return run(world, rowStatements(pick(world.written, action.table), action));
    case 'upheaval':
      return run(world, [pick(world.upheavals, action.pick)]);
    case 'add column':
    case 'drop column':
    case 'widen column':
    case 'change type':
    case 'rename table':
    case 'drop table':
      return run(world, [DDL[action.do](pick(world.written, action.table).name)]);
    case 'revoke':
      return run(world, [`revoke select on ${pick(relationsOf(world), action.table)} from ${world.role}`]);
    case 'grant':
      return run(world, [`grant select on all tables in schema a, b to ${world.role}`]);
    case 'hold a lock': {
      const { name } = pick(world.written, action.table);
      await world.holdLock(name);
      return `lock table ${name}, until a while after the sync has begun`;
    }
    default:
      return actOnIndex(world, world.connectors[0], action);
  }
}

/** Statements that set up the first rows: the same ones everywhere. */
export async function insertRows(world: World, rows: readonly Row[]): Promise<void> {
  for (const table of world.written)
    for (const statement of rowStatements(table, { do: 'insert', rows })) await world.sql(statement);
}

const DDL = {
  'add column': (table) => `alter table ${table} add column added text default 'added'`,
  'drop column': (table) => `alter table ${table} drop column name`,
  'widen column': (table) => `alter table ${table} alter column v type bigint`,
  'change type': (table) => `alter table ${table} alter column v type text using v::text`,
  'rename table': (table) => `alter table ${table} rename to ${table.split('.')[1] ?? ''}_renamed`,
  'drop table': (table) => `drop table ${table}`,
} as const satisfies Readonly<Record<string, (table: string) => string>>;

async function run({ sql }: World, statements: readonly string[]): Promise<string> {
  for (const statement of statements) await sql(statement);
  return statements.join('; ');
}

function rowStatements(
  { name, key }: WrittenTable,
  { do: what, rows }: { readonly do: string; readonly rows: readonly Row[] },
): string[] {
  const columns = Object.keys(key);
  const same = (n: number) => columns.map((column) => `${column} = ${key[column]?.(n) ?? 'null'}`).join(' and ');
  return rows.map(({ n, status, name: text, v }) => {
    const values = [quote(status), quote(text), String(v)];
    switch (what) {
      case 'update':
        return `update ${name} set status = ${values[0] ?? ''}, v = ${values[2] ?? ''} where ${same(n)}`;
      case 'delete':
        return `delete from ${name} where ${same(n)}`;
      case 'renumber':
        return `update ${name} set ${columns.map((column) => `${column} = ${key[column]?.(n + 12) ?? 'null'}`).join(', ')} where ${same(n)}`;
      default: {
        const keys = columns.map((column) => key[column]?.(n) ?? 'null');
        const into = [...columns, 'status', 'name', 'v'].join(', ');
        return `insert into ${name} (${into}) values (${[...keys, ...values].join(', ')}) on conflict do nothing`;
      }
    }
  });
}

function quote(text: string | null): string {
  return text === null ? 'null' : `'${text.replaceAll("'", "''")}'`;
}

const SETTINGS = [
  { 'index.number_of_replicas': 0 },
  { 'index.refresh_interval': '7s' },
  { 'index.refresh_interval': null },
  { 'index.max_result_window': 20_000 },
];

type IndexAction = Exclude<
  Action,
  {
    readonly do:
      'insert' | 'update' | 'delete' | 'renumber' | 'upheaval' | keyof typeof DDL | 'revoke' | 'grant' | 'hold a lock';
  }
>;

async function actOnIndex(world: World, connector: WorldConnector, action: IndexAction): Promise<string> {
  const { elasticsearch } = world;
  const { index } = connector;
  if (action.do === 'switch pipeline' && action.by === 'connector') return switchPipeline(world, connector, action);
  if (!(await elasticsearch.indices.exists({ index }))) return 'nothing: there is no index yet';
  const concrete = Object.keys(await elasticsearch.indices.get({ index }));
  switch (action.do) {
    case 'add alias': {
      const { name, filter } = action;
      const term = { term: { [fieldOf(relationsOf(world)[0] ?? '', 'status')]: 'live' } };
      const alias = `${index}-as-${name}`;
      await elasticsearch.indices.putAlias({
        index: concrete[0] ?? '',
        name: alias,
        ...(filter ? { filter: term } : {}),
      });
      return `alias ${alias}${filter ? ' with a filter' : ''}`;
    }
    case 'change setting': {
      const settings = pick(SETTINGS, action.pick);
      await elasticsearch.indices.putSettings({ index, settings });
      return `settings ${JSON.stringify(settings)}`;
    }
    case 'split alias': {
      const other = `${index}-split`;
      if (!(await elasticsearch.indices.exists({ index: other }))) await elasticsearch.indices.create({ index: other });
      await elasticsearch.indices.putAlias({ index: other, name: index });
      return `${index} stands on ${other}, too`;
    }
    case 'mend alias':
      await elasticsearch.indices.delete({ index: `${index}-split`, ignore_unavailable: true });
      return `${index}-split is gone`;
    case 'switch pipeline':
      return switchPipeline(world, connector, action);
    default:
      return meddle(world, connector, concrete, action);
  }
}

async function switchPipeline(
  world: World,
  connector: WorldConnector,
  { pipeline, by }: Extract<Action, { readonly do: 'switch pipeline' }>,
): Promise<string> {
  const { relation = 0, ...others } = pipeline ?? {};
  const played =
    pipeline === undefined ? undefined : { ...pipeline, ...others, relation: pick(relationsOf(world), relation) };
  await world.putPipeline(connector, by, played);
  return played === undefined ? `no ${by} pipeline` : `${by} pipeline: ${JSON.stringify(played)}`;
}

/** Does what other writers do to documents: either they take away or they add, never both at a time. */
async function meddle(
  { elasticsearch, connectors }: World,
  { index, id: connectorId }: WorldConnector,
  concrete: readonly string[],
  { do: what, pick: number }: { readonly do: string; readonly pick: number },
): Promise<string> {
  if (concrete.length > 1) return 'nothing: the alias is split';
  await elasticsearch.indices.refresh({ index });
  const { hits } = await elasticsearch.search<Record<string, unknown>>({ index, size: 1_000 });
  const own = hits.hits.filter(({ _id = '' }) => connectors.some(({ id }) => _id.startsWith(`${id}:`)));
  own.sort((a, b) => ((a._id ?? '') < (b._id ?? '') ? -1 : 1));
  const document = own[number % Math.max(1, own.length)];
  const write = (id: string, source: object) => elasticsearch.index({ index, id, document: source, refresh: true });
  if (what === 'write beside') {
    await write(`by hand ${number}`, { title: 'by hand' });
    return `document "by hand ${number}"`;
  }
  if (document?._id === undefined) return 'nothing: there are no documents';
  const { _id: id, _source: source = {} } = document;
  switch (what) {
    case 'delete documents': {
      const ids = own.slice(0, 1 + (number % 3)).map(({ _id = '' }) => _id);
      for (const one of ids) await elasticsearch.delete({ index, id: one, refresh: true });
      return `deleted ${ids.join(', ')}`;
    }
    case 'write under its name': {
      const stray =
        number % 2 === 0 ? `${connectorId}:a.nothing:${number}` : `${id.slice(0, id.lastIndexOf(':'))}:${number + 100}`;
      await write(stray, number % 3 === 0 ? { title: 'stray' } : { ...source, id: stray });
      return `wrote ${stray}`;
    }
    case 'copy a document':
      await write(`copy ${number}`, source);
      return `copied ${id} to "copy ${number}"`;
    case 'change a document':
      await elasticsearch.update({
        index,
        id,
        doc: { [`${String(source['schema'])}_${String(source['table'])}_v`]: 77 },
        refresh: true,
      });
      return `changed ${id}`;
    default: {
      const field = ['_relation', '_bucket', '_id_hash', 'id'][number % 4] ?? '';
      await elasticsearch.update({ index, id, doc: { [field]: number % 8 < 4 ? null : 5 }, refresh: true });
      return `changed ${field} of ${id}`;
    }
  }
}

function relationsOf(world: World): string[] {
  return world.written.map(({ name }) => name);
}

function pick<Item>(items: readonly Item[], number: number): Item {
  return items[number % items.length] as Item;
}
