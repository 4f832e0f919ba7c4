import { findConnector } from '../../config/settings/find-connector';
import type { Settings } from '../../config/settings/settings';

/**
 * The id of the connector that a command is about. Of one that the file does not define Elasticsearch has to know.
 *
 * @param id - May be left out when the file names one connector only.
 * @throws SyncFailure `InvalidConfig`, naming the connectors that there are
 */
export function selectConnector(settings: Settings, id?: string): string {
  const { connectors, served } = settings;
  if (served === undefined) return findConnector(settings, id).id;
  const [only, other] = [...connectors, ...served.entries].map((connector) => connector.id);
  if (id === undefined && only !== undefined && other === undefined && !served.all) return only;
  return id ?? findConnector(settings, id).id;
}

/** The settings for one connector alone: what a worker needs that attends to its sync. */
export function settingsOf(settings: Settings, connectorId: string): Settings {
  const { served, ...others } = settings;
  const connectors = settings.connectors.filter(({ id }) => id === connectorId);
  if (connectors.length > 0 || served === undefined) return { ...others, connectors };
  const entry = served.entries.find(({ id }) => id === connectorId) ?? { id: connectorId, ...served.defaults };
  return { ...others, connectors: [], served: { ...served, all: false, entries: [entry] } };
}
