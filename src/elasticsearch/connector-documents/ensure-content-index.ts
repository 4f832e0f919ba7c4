import type { Client } from '@elastic/elasticsearch';

import { isAlreadyThere } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';

/**
 * Makes the index of a connector where there is none, under exactly its name: Kibana looks for that, and takes an alias for an
 * index that is missing.
 */
export async function ensureContentIndex(client: Client, index: string): Promise<void> {
  await translateFailures(`making the index ${index}`, async () => {
    if (await client.indices.exists({ index })) return;
    try {
      await client.indices.create({ index });
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
  });
}
