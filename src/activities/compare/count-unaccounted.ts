import type { Client } from '@elastic/elasticsearch';

import { countTotals } from '../../elasticsearch/documents/count-documents';
import { readState } from '../../elasticsearch/index/state-store';
import type { SyncJob } from '../../sync/sync-plan';

/** Documents of an index that no connector accounts for by pgferry's own fields. */
export interface Unaccounted {
  readonly unaccounted: number;
  /** As many as the last sync that looked at all ids left where they were. */
  readonly remembered: number;
  /** The index's other connectors. */
  readonly others: readonly string[];
}

/** @param own - how many documents the connector's queries find */
export async function countUnaccounted(
  elasticsearch: Client,
  { connectorId, concreteIndex }: Pick<SyncJob, 'connectorId' | 'concreteIndex'>,
  own: number,
): Promise<Unaccounted> {
  const { connectors } = await readState(elasticsearch, concreteIndex);
  const others = Object.keys(connectors).filter((id) => id !== connectorId);
  const { total, ofConnectors } = await countTotals(elasticsearch, concreteIndex, others);
  return { unaccounted: total - ofConnectors - own, remembered: connectors[connectorId]?.foreign ?? 0, others };
}
