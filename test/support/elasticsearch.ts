import { randomBytes } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';

/** Address of the Elasticsearch that tests use. */
export function elasticsearchUrl(): string {
  const url = process.env['PGFERRY_ELASTICSEARCH_URL'];
  if (url === undefined)
    throw new Error('PGFERRY_ELASTICSEARCH_URL is not set: run the tests by "npm test", which starts the servers');
  return url;
}

export function connectElasticsearch(): Client {
  return new Client({ node: elasticsearchUrl() });
}

/** The name of an index that no other test uses. */
export function uniqueIndex(prefix = 'test'): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}

/** Deletes an index and whatever pgferry made beside it: the concrete indices behind an alias and the dead letters. */
export async function deleteIndices(client: Client, index: string): Promise<void> {
  const found = await client.indices.get({ index: `${index}*`, expand_wildcards: 'all', ignore_unavailable: true });
  await Promise.all(Object.keys(found).map((name) => client.indices.delete({ index: name, ignore_unavailable: true })));
}
