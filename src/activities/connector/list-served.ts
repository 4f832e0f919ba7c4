import type { Client } from '@elastic/elasticsearch';

import type { Settings } from '../../config/settings/settings';
import { type ConnectorDocument, readConnector } from '../../connector-service/protocol/connector-document';
import { isClaimed, type JobDocument, readJob } from '../../connector-service/protocol/job-document';
import { toServedScope } from '../../connector-service/protocol/served-scope';
import { connectElasticsearch } from '../../elasticsearch/connection/connect-elasticsearch';
import { findConnectorDocuments } from '../../elasticsearch/connector-documents/find-documents';
import { lookAtService, type ServiceView } from '../../elasticsearch/connector-documents/look-at-service';

/** The connectors in Elasticsearch that a file serves; those that it names and that are not there are left out. */
export async function listServed(settings: Settings): Promise<ConnectorDocument[]> {
  if (settings.served === undefined) return [];
  return lookAtServed(settings, async (client, view) => {
    const ofFile = new Set(settings.connectors.map(({ id }) => id));
    const seen = view.connectors.flatMap(({ id }) => (ofFile.has(id) ? [] : [id]));
    const found = (await findConnectorDocuments(client, seen)).map(readConnector);
    // What another file has published is that file's.
    return found.filter(({ publishedAs }) => publishedAs === undefined);
  });
}

/** Jobs of these connectors, and of those that the file publishes, that wait for their start, the newest first. */
export function listWaitingJobs(settings: Settings): Promise<JobDocument[]> {
  return lookAtServed(settings, (_, { jobs }) => {
    const waiting = jobs.flatMap((found) => readJob(found) ?? []).filter((job) => !isClaimed(job));
    return Promise.resolve(waiting.reverse());
  });
}

async function lookAtServed<Item>(
  settings: Settings,
  read: (client: Client, view: ServiceView) => Promise<Item[]>,
): Promise<Item[]> {
  if (settings.served === undefined && settings.published === undefined) return [];
  const client = connectElasticsearch(settings.elasticsearch);
  try {
    return await read(client, await lookAtService(client, toServedScope(settings)));
  } finally {
    await client.close();
  }
}
