import type { Client } from '@elastic/elasticsearch';

import { type RelationScan, scanPages } from './scan-pages';

/** Documents whose ids to scan. */
export type IdScan = RelationScan;

/** The ids of a relation's documents, in pages, see {@link scanPages}. */
export async function* scanIds(client: Client, scan: IdScan): AsyncGenerator<string[], void, undefined> {
  for await (const hits of scanPages(client, scan)) yield hits.map((hit) => hit._id);
}
