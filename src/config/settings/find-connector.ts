import { SyncFailure } from '../../sync/failures';
import { nameSome } from '../problems/name-some';
import { nearestName } from '../problems/nearest-name';
import type { ConnectorSettings, Settings } from './settings';

/**
 * Finds a connector by its `connector_id`.
 *
 * @param id - May be left out when the file defines one connector only.
 * @throws SyncFailure `InvalidConfig`, naming the connectors that there are.
 */
export function findConnector(settings: Settings, id?: string): ConnectorSettings {
  const [first, second] = settings.connectors;
  if (id === undefined && first !== undefined && second === undefined) return first;
  const found = settings.connectors.find((connector) => connector.id === id);
  if (found !== undefined) return found;
  const ids = settings.connectors.map((connector) => connector.id);
  throw new SyncFailure('InvalidConfig', describeUnknown(id, ids), 'Name a connector that the configuration defines.');
}

function describeUnknown(id: string | undefined, ids: readonly string[]): string {
  if (id === undefined) return `which connector? The configuration defines ${nameSome(ids)}`;
  const nearest = nearestName(id, ids);
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  return `there is no connector '${id}'; the configuration defines ${nameSome(ids)}${hint}`;
}
