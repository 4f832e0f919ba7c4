import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { asCount, asObject, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';

/**
 * Makes every write so far visible to searches and counts; without it they see nothing while refreshes are off.
 *
 * @throws SyncFailure `DestinationUnavailable` where a shard did not refresh, which Elasticsearch answers with 200: a
 * count without its newest documents would look like rows that are missing.
 */
export async function refreshIndex(client: Client, index: string): Promise<void> {
  const doing = `refreshing the index ${index}`;
  const answer: unknown = await translateFailures(doing, () => client.indices.refresh({ index }));
  const failed = readAnswer(doing, () => asCount(asObject(asObject(answer)['_shards'])['failed']));
  if (failed === 0) return;
  throw new SyncFailure('DestinationUnavailable', `Elasticsearch failed ${doing} on ${failed} of its shards.`);
}
