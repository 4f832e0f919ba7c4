import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { asObject, asText, readAnswer } from './read-answer';
import { unlessMissing } from './response-error';
import { translateFailures } from './translate-failure';

/**
 * Makes sure that an index is still the one that it was. Bulks to an alias are refused when its index is gone; to the name of an
 * index they make a new one, without mapping and without the documents of before.
 * @throws SyncFailure `DestinationChanged` where it was deleted, or is another one
 */
export async function requireSameIndex(client: Client, index: string, uuid: string): Promise<void> {
  const doing = `looking at the index ${index}`;
  const request = { index, name: 'index.uuid', flat_settings: true } as const;
  const answer: unknown = await translateFailures(doing, () =>
    unlessMissing(() => client.indices.getSettings(request)),
  );
  if (answer !== undefined) {
    const found = readAnswer(doing, () =>
      asText(asObject(asObject(asObject(answer)[index])['settings'])['index.uuid']),
    );
    if (found === uuid) return;
  }
  const isGone = answer === undefined;
  throw new SyncFailure(
    'DestinationChanged',
    `The index ${index} was deleted while the sync wrote to it; ` +
      (isGone ? 'there is none of its name now.' : 'what has its name now may be made of the last writes of the sync.'),
    isGone ? 'Start the sync again.' : `Remove it, unless it is yours: DELETE /${index}; then start the sync again.`,
  );
}
