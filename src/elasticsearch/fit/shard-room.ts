import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { isRecord } from '../../sync/json-value';
import { statusOf } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import type { Settings } from '../blueprint/index-content';

/** Room that a cluster has (`cluster.max_shards_per_node`). */
export interface ShardRoom {
  /** Number of shards that it may hold. */
  readonly most: number;
  /** Number of shards that it holds. */
  readonly used: number;
}

/**
 * Asks how near a cluster is to its limit of shards: `GET _health_report/shards_capacity`, since 8.8.
 * @returns 'plenty' where there is room for several indices, or no such limit; 'hidden' without the cluster privilege `monitor`
 */
export async function readShardRoom(client: Client): Promise<ShardRoom | 'plenty' | 'hidden'> {
  return translateFailures("asking for the cluster's room for shards", async () => {
    try {
      const answer: unknown = await client.transport.request({
        method: 'GET',
        path: '/_health_report/shards_capacity',
      });
      return readRoom(answer);
    } catch (error) {
      const status = statusOf(error);
      if (status === 403) return 'hidden';
      // Serverless has neither the limit nor the request.
      if (status !== undefined && status < 500 && status !== 401 && status !== 429) return 'plenty';
      throw error;
    }
  });
}

/** The number that is used is told only where the limit is near. */
function readRoom(answer: unknown): ShardRoom | 'plenty' {
  const data = ['indicators', 'shards_capacity', 'details', 'data'].reduce<unknown>(
    (node, key) => (isRecord(node) ? node[key] : undefined),
    answer,
  );
  const { max_shards_in_cluster: most, current_used_shards: used } = isRecord(data) ? data : {};
  return typeof most === 'number' && typeof used === 'number' ? { most, used } : 'plenty';
}

/** @throws SyncFailure `ClusterFull` where there is no room for an index of such settings */
export function requireRoom({ most, used }: ShardRoom, settings: Settings, indexName: string): void {
  const shards = numberOf(settings, 'index.number_of_shards') * (1 + numberOf(settings, 'index.number_of_replicas'));
  if (used + shards <= most) return;
  throw new SyncFailure(
    'ClusterFull',
    `Elasticsearch has no room for the index that ${indexName} needs: ${shards} shards, with ${used} of ` +
      `${most} in use (cluster.max_shards_per_node).`,
  );
}

/** Elasticsearch's default of both is 1. */
function numberOf(settings: Settings, name: string): number {
  const value = Number(settings[name] ?? 1);
  return Number.isSafeInteger(value) ? value : 1;
}
