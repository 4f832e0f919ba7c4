import { isDeepStrictEqual } from 'node:util';
import type { Client } from '@elastic/elasticsearch';

import { relationField } from '../../src/sync/relation';

/** Rows as a client of PostgreSQL sees them. */
export type RunSql = (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** The documents of one relation: what a test compares with rows. */
export interface StoredRow {
  readonly id: string;
  readonly version: number;
  readonly row: Record<string, unknown>;
}

interface Place {
  readonly id: string;
  readonly index: string;
  readonly elasticsearch: Client;
}

/** Reads all documents of a relation, with the names of their columns instead of fields. */
export async function readDocuments({ id, index, elasticsearch }: Place, relation: string): Promise<StoredRow[]> {
  await elasticsearch.indices.refresh({ index });
  const prefix = `${relation.replace('.', '_')}_`;
  const { hits } = await elasticsearch.search<Record<string, unknown>>({
    index,
    size: 10_000,
    version: true,
    query: { term: { _relation: relationField(id, relation) } },
  });
  return hits.hits.map((hit) => {
    const columns = Object.entries(hit._source ?? {}).filter(([name]) => name.startsWith(prefix));
    const row = Object.fromEntries(columns.map(([name, value]) => [name.slice(prefix.length), value]));
    return { id: hit._id ?? '', version: hit._version ?? 0, row };
  });
}

/** Fails unless the relation's documents are its rows: none missing, none too many, each equal. */
export async function expectInStep(place: Place, sql: RunSql, relation = 'public.t'): Promise<void> {
  const documents = (await readDocuments(place, relation)).map(({ row }) => row);
  const rows = (await sql(`select row_to_json(t) as row from ${relation} as t`)).map(({ row }) => row);
  const unmatched = [...documents];
  const missing = rows.filter((row) => {
    const found = unmatched.findIndex((document) => isDeepStrictEqual(document, row));
    if (found >= 0) unmatched.splice(found, 1);
    return found < 0;
  });
  expect({ missing: missing.slice(0, 5), stale: unmatched.slice(0, 5), count: documents.length }).toEqual({
    missing: [],
    stale: [],
    count: rows.length,
  });
}
