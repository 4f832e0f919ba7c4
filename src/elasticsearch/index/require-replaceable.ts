import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { countForeignDocuments } from '../documents/scan-owners';
import type { IndexDescription } from './describe-index';
import { refreshIndex } from './refresh-index';

/**
 * Makes sure that a rebuilt index can take the place of the one that serves without loss: that has to be behind an
 * alias, and all its documents have to be the connector's own. Whose they are, every id tells: fields can be copied.
 *
 * @throws SyncFailure `InvalidConfig`
 */
export async function requireReplaceable(
  client: Client,
  { name, concrete, viaAlias }: Pick<IndexDescription, 'name' | 'concrete' | 'viaAlias'>,
  connectorId: string,
): Promise<void> {
  if (!viaAlias) {
    throw new SyncFailure(
      'InvalidConfig',
      `index_name "${name}" is an index, not an alias: a rebuild of connector ${connectorId} would have to delete it.`,
      'Sync into a new index_name, which pgferry makes as an alias. Or delete the index, with its aliases, ' +
        'settings and fields, and sync without --rebuild.',
    );
  }
  await refreshIndex(client, concrete);
  const foreign = await countForeignDocuments(client, concrete, connectorId);
  if (foreign === 0) return;
  throw new SyncFailure(
    'InvalidConfig',
    `The index ${name} holds ${foreign} ${foreign === 1 ? 'document' : 'documents'} that connector ` +
      `${connectorId} did not write: a rebuild would lose them.`,
    'Sync into an index_name of its own, or delete those documents first.',
  );
}
