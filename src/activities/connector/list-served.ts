import type { Settings } from '../../config/settings/settings';
import { type ConnectorDocument, readConnector } from '../../connector-service/protocol/connector-document';
import { connectElasticsearch } from '../../elasticsearch/connection/connect-elasticsearch';
import { findConnectorDocuments } from '../../elasticsearch/connector-documents/find-documents';
import { lookAtService } from '../../elasticsearch/connector-documents/look-at-service';

/** The connectors in Elasticsearch that a file serves; those that it names and that are not there are left out. */
export async function listServed({ served, elasticsearch, connectors }: Settings): Promise<ConnectorDocument[]> {
  if (served === undefined) return [];
  const client = connectElasticsearch(elasticsearch);
  try {
    const ids = served.entries.map(({ id }) => id);
    const view = await lookAtService(client, served.all ? { ids, serviceType: 'postgresql' } : { ids });
    const ofFile = new Set(connectors.map(({ id }) => id));
    const seen = view.connectors.flatMap(({ id }) => (ofFile.has(id) ? [] : [id]));
    return (await findConnectorDocuments(client, seen)).map(readConnector);
  } finally {
    await client.close();
  }
}
