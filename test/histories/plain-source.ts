import type { World, WorldConnector } from './world';

/** A row, and the document that it should be but for what only pgferry knows. */
export interface PlainRow {
  readonly document: Readonly<Record<string, unknown>>;
  /** Rows with this id. */
  readonly count: number;
  /** Whether the id is no row's own: several have it, or a part of its key is null. */
  readonly isAmbiguous: boolean;
}

/** A relation as `select * from` it shows it. */
export interface PlainRelation {
  readonly name: string;
  /** By the ids of their documents; undefined where the role can't read them. */
  readonly rows: ReadonlyMap<string, PlainRow> | undefined;
  /** Fields and the types of their columns. */
  readonly columns: ReadonlyMap<string, string>;
  /** Whether pgferry can't tell which rows changed, and keeps a fingerprint with each document. */
  readonly isWhole: boolean;
}

/** Reads all that a connector selects, by the simplest means there are. */
export async function readPlainly(world: World, connector: WorldConnector): Promise<PlainRelation[]> {
  const names = connector.names ?? (await listTables(world));
  const relations: PlainRelation[] = [];
  for (const name of names) relations.push(await readRelation(world, connector, name));
  return relations;
}

/** What `*` stands for: tables with a primary key or a key in the file, and the views that are named beside it. */
async function listTables({ sql, idColumns }: World): Promise<string[]> {
  const rows = await sql(`
    select n.nspname || '.' || c.relname as name from pg_class as c join pg_namespace as n on n.oid = relnamespace
    where n.nspname in ('a', 'b') and relkind in ('r', 'p') and not relispartition
      and exists (select from pg_constraint where conrelid = c.oid and contype = 'p')`);
  return [...new Set([...rows.map(({ name }) => String(name)), ...Object.keys(idColumns)])].sort();
}

async function readRelation(world: World, { id }: WorldConnector, name: string): Promise<PlainRelation> {
  const { sql, role, idColumns } = world;
  const nothing = { name, columns: new Map<string, string>(), isWhole: false };
  const [found] = await sql(
    `select to_regclass($1)::oid as oid, has_table_privilege($2, to_regclass($1), 'select') as readable`,
    [name, role],
  );
  if (found?.['readable'] !== true) return { ...nothing, rows: undefined };
  const columns = await sql(
    'select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped',
    [found['oid']],
  );
  const key = idColumns[name] ?? (await readKey(world, found['oid']));
  const [schema, table] = name.split('.') as [string, string];
  const texts = key.map((column) => `t."${column}"::text`).join(', ');
  const rows = await sql(`select array[${texts}] as key, row_to_json(t) as row from ${name} as t`);
  const documents = new Map<string, PlainRow>();
  for (const { key: parts, row } of rows) {
    const documentId = `${id}:${name}:${(parts as (string | null)[]).map(encodePart).join(',')}`;
    const columnsOf = Object.entries(row as Readonly<Record<string, unknown>>);
    const fields = columnsOf.map(([column, value]) => [`${schema}_${table}_${column}`, value] as const);
    const added = { id: documentId, database: world.database, schema, table, _relation: `${id}/${name}` };
    const count = (documents.get(documentId)?.count ?? 0) + 1;
    const isAmbiguous = count > 1 || (parts as (string | null)[]).includes(null);
    documents.set(documentId, { document: { ...added, ...Object.fromEntries(fields) }, count, isAmbiguous });
  }
  return {
    name,
    rows: documents,
    columns: new Map(columns.map(({ name: column, type }) => [`${schema}_${table}_${String(column)}`, String(type)])),
    isWhole: idColumns[name] !== undefined,
  };
}

function encodePart(part: string | null): string {
  return part === null ? '%N' : part.replaceAll('%', '%25').replaceAll(',', '%2C');
}

async function readKey({ sql }: World, oid: unknown): Promise<string[]> {
  const rows = await sql(
    `select attname as name from pg_index, unnest(indkey::int2[]) with ordinality as k (number, place)
     join pg_attribute as a on attnum = number
     where indrelid = $1 and attrelid = $1 and indisprimary order by place`,
    [oid],
  );
  return rows.map(({ name }) => String(name));
}
