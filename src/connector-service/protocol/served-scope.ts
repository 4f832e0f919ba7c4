import type { Settings } from '../../config/settings/settings';
import type { ServedScope } from '../../elasticsearch/connector-documents/look-at-service';

/** The connectors in Elasticsearch that a file has to do with: those that it serves, and its own where it publishes them. */
export function toServedScope(settings: Pick<Settings, 'connectors' | 'served' | 'published'>): ServedScope {
  const { connectors, served, published } = settings;
  const own = published === undefined ? [] : connectors;
  const ids = [...(served?.entries ?? []), ...own].map(({ id }) => id);
  return served?.all === true ? { ids, serviceType: 'postgresql' } : { ids };
}
