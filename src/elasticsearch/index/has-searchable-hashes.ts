import type { Client } from '@elastic/elasticsearch';

import { OWN_FIELDS } from '../../sync/own-fields';
import { asObject, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';

/** Whether the field `_id_hash` is in the index's own index: of those that 0.1.0 made it is not. */
export async function hasSearchableHashes(client: Client, index: string): Promise<boolean> {
  const doing = `reading the mapping of index ${index}`;
  const field = OWN_FIELDS.idHash;
  const answer: unknown = await translateFailures(doing, () =>
    client.indices.getFieldMapping({ index, fields: field }),
  );
  return readAnswer(doing, () => {
    const [found] = Object.values(asObject(answer));
    const { mappings } = asObject(found);
    const mapping = asObject(asObject(asObject(mappings)[field] ?? {})['mapping'] ?? {})[field];
    return mapping !== undefined && asObject(mapping)['index'] !== false;
  });
}
