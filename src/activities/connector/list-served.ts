import type { Client } from '@elastic/elasticsearch';

import type { Settings } from '../../config/settings/settings';
import { type ConnectorDocument, readConnector } from '../../connector-service/protocol/connector-document';
import { isClaimed, type JobDocument, readJob } from '../../connector-service/protocol/job-document';
import { connectElasticsearch } from '../../elasticsearch/connection/connect-elasticsearch';
import { findConnectorDocuments } from '../../elasticsearch/connector-documents/find-documents';
import { lookAtService, type ServiceView } from '../../elasticsearch/connector-documents/look-at-service';

/** The connectors in Elasticsearch that a file serves; those that it names and that are not there are left out. */
export function listServed(settings: Settings): Promise<ConnectorDocument[]> {
  return lookAtServed(settings, async (client, view) => {
    const ofFile = new Set(settings.connectors.map(({ id }) => id));
    const seen = view.connectors.flatMap(({ id }) => (ofFile.has(id) ? [] : [id]));
    return (await findConnectorDocuments(client, seen)).map(readConnector);
  });
}

/** Jobs of these connectors that wait for their start, the newest first. */
export function listWaitingJobs(settings: Settings): Promise<JobDocument[]> {
  return lookAtServed(settings, (_, { jobs }) => {
    const waiting = jobs.flatMap((found) => readJob(found) ?? []).filter((job) => !isClaimed(job));
    return Promise.resolve(waiting.reverse());
  });
}

async function lookAtServed<Item>(
  { served, elasticsearch }: Settings,
  read: (client: Client, view: ServiceView) => Promise<Item[]>,
): Promise<Item[]> {
  if (served === undefined) return [];
  const client = connectElasticsearch(elasticsearch);
  try {
    const ids = served.entries.map(({ id }) => id);
    return await read(client, await lookAtService(client, served.all ? { ids, serviceType: 'postgresql' } : { ids }));
  } finally {
    await client.close();
  }
}
