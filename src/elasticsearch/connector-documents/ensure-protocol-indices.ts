import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { isRecord } from '../../sync/json-value';
import { asObject, readAnswer } from '../answers/read-answer';
import { isAlreadyThere } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { AS_CONNECTORS, CONNECTORS, SYNC_JOBS } from './protocol-index';

/**
 * Makes the indices of the protocol where they are not there yet, and makes sure that searches find what is in them.
 * Elasticsearch has templates for exactly their names, which give them mapping and alias; where it lacks those, they get what
 * pgferry needs.
 * @throws SyncFailure `DestinationPermission` where the credentials may not; `MappingConflict` where somebody has made an index
 *   in which a search would find nothing
 */
export async function ensureProtocolIndices(client: Client): Promise<void> {
  await ensureIndex(client, CONNECTORS, CONNECTOR_FIELDS);
  await ensureIndex(client, SYNC_JOBS, JOB_FIELDS);
  await requireFields(client, CONNECTORS, { service_type: 'keyword' });
  await requireFields(client, SYNC_JOBS, JOB_FIELDS);
}

async function requireFields(client: Client, alias: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const doing = `looking at the mapping of ${alias}`;
  const answer: unknown = await translateFailures(doing, () =>
    client.fieldCaps({ index: alias, fields: Object.keys(fields) }, AS_CONNECTORS),
  );
  const present = readAnswer(doing, () => asObject(asObject(answer)['fields']));
  const wrong = Object.entries(fields).filter(([name, type]) => !isRecord(present[name]) || !(type in present[name]));
  if (wrong.length === 0) return;
  const names = wrong.map(([name, type]) => `${name} (${type})`).join(', ');
  throw new SyncFailure(
    'MappingConflict',
    `The index ${alias} can't be searched by ${names}: it was not made as Elasticsearch makes it`,
    `Save what is in it, delete the index, and let pgferry or Kibana make ${alias}-v1 anew.`,
  );
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
