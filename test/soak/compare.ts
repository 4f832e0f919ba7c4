import { createHash } from 'node:crypto';
import { Client as Elasticsearch, type estypes } from '@elastic/elasticsearch';
import { Client } from 'pg';

import { type SoakTable, TABLES } from './tables';

/** How rows and documents differ; ids, the first few of each. */
export interface Comparison {
  readonly rows: number;
  readonly documents: number;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly different: readonly string[];
}

const PAGE = 5_000;

/**
 * Compares every row with its document, both ways and field by field, with none of pgferry's code: ids and fields are
 * told from the tables here.
 */
export async function compareAll(postgresUrl: string, elasticsearchUrl: string, index: string): Promise<Comparison> {
  const rows = await readRows(postgresUrl);
  const elasticsearch = new Elasticsearch({ node: elasticsearchUrl });
  const found = {
    rows: rows.size,
    documents: 0,
    missing: [] as string[],
    extra: [] as string[],
    different: [] as string[],
  };
  try {
    for await (const { _id: id = '', _source: source = {} } of scanDocuments(elasticsearch, index)) {
      found.documents += 1;
      const row = rows.get(id);
      if (row === undefined) found.extra.push(id);
      else if (row !== digest(comparable(source))) found.different.push(id);
      rows.delete(id);
    }
  } finally {
    await elasticsearch.close();
  }
  found.missing.push(...rows.keys());
  return found;
}

export function countDifferences({ missing, extra, different }: Comparison): number {
  return missing.length + extra.length + different.length;
}

async function readRows(url: string): Promise<Map<string, string>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("set timezone = 'UTC'");
    const rows = new Map<string, string>();
    for (const table of TABLES) {
      const query = `select to_json(array[${table.key.map((column) => `t.${column}::text`).join(', ')}]) as key, row_to_json(t) as row from ${table.name} as t`;
      await client.query(`begin; declare c no scroll cursor for ${query}`);
      for (;;) {
        const page = (await client.query<SoakRow>(`fetch ${PAGE} from c`)).rows;
        if (page.length === 0) break;
        for (const row of page) rows.set(documentId(table, row.key), digest(expectedDocument(table, row)));
      }
      await client.query('commit');
    }
    return rows;
  } finally {
    await client.end();
  }
}

interface SoakRow {
  readonly key: readonly string[];
  readonly row: Readonly<Record<string, unknown>>;
}

function documentId({ name }: SoakTable, key: readonly string[]): string {
  return `soak:public.${name}:${key.map((part) => part.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',')}`;
}

function expectedDocument({ name, columns }: SoakTable, { key, row }: SoakRow): object {
  const fields = columns.map((column) => [`public_${name}_${column}`, row[column]] as const);
  const added = {
    id: documentId({ name, key, columns }, key),
    _relation: `soak/public.${name}`,
    database: 'soak',
    schema: 'public',
    table: name,
  };
  return { ...added, ...Object.fromEntries(fields) };
}

/** What a document has besides what a row says: where it is counted, and when its row was committed. */
function comparable({ _bucket, _id_hash: idHash, _timestamp, ...document }: Readonly<Record<string, unknown>>): object {
  const isComplete = typeof _bucket === 'number' && typeof idHash === 'number' && typeof _timestamp === 'string';
  return isComplete ? document : {};
}

function digest(value: object): string {
  return createHash('sha1')
    .update(JSON.stringify(sortKeys(value)))
    .digest('base64');
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

async function* scanDocuments(client: Elasticsearch, index: string) {
  await client.indices.refresh({ index });
  const { id } = await client.openPointInTime({ index, keep_alive: '5m' });
  let after: estypes.SortResults | undefined;
  do {
    const { hits } = await client.search<Record<string, unknown>>({
      pit: { id, keep_alive: '5m' },
      size: PAGE,
      sort: [{ _shard_doc: 'asc' }],
      track_total_hits: false,
      allow_partial_search_results: false,
      ...(after === undefined ? {} : { search_after: after }),
    });
    yield* hits.hits;
    after = hits.hits.at(-1)?.sort;
  } while (after !== undefined);
  await client.closePointInTime({ id });
}
