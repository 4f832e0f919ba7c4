import type { Client } from '@elastic/elasticsearch';

import { isAlreadyThere } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { AS_CONNECTORS, CONNECTORS, SYNC_JOBS } from './protocol-index';

/**
 * Makes the indices of the protocol where they are not there yet. Elasticsearch has templates for exactly their names, which
 * give them mapping and alias; where it lacks those, they get what pgferry needs.
 * @throws SyncFailure `DestinationPermission` where the credentials may not
 */
export async function ensureProtocolIndices(client: Client): Promise<void> {
  await ensureIndex(client, CONNECTORS, CONNECTOR_FIELDS);
  await ensureIndex(client, SYNC_JOBS, JOB_FIELDS);
}

async function ensureIndex(client: Client, alias: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const index = `${alias}-v1`;
  await translateFailures(`making the index ${index}`, async () => {
    if (await client.indices.exists({ index: alias }, AS_CONNECTORS)) return;
    try {
      await client.indices.create({ index }, AS_CONNECTORS);
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
    if (await client.indices.exists({ index: alias }, AS_CONNECTORS)) return;
    const properties = Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { type }]));
    await client.indices.putMapping({ index, dynamic: false, properties: properties as never }, AS_CONNECTORS);
    await client.indices.putAlias({ index, name: alias }, AS_CONNECTORS);
  });
}

/** The fields that are searched for; the module's own templates have more. */
const CONNECTOR_FIELDS = { service_type: 'keyword', index_name: 'keyword', is_native: 'boolean', deleted: 'boolean' };
const JOB_FIELDS = {
  'connector.id': 'keyword',
  'connector.service_type': 'keyword',
  status: 'keyword',
  created_at: 'date',
};
