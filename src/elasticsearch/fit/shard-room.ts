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

/**
 * Counts a cluster's shards against its limit, also where that is far: for whoever makes many indices at once.
 * @returns 'plenty' where there is no such limit; 'hidden' without the cluster privilege `monitor`
 */
export async function countShards(client: Client): Promise<ShardRoom | 'plenty' | 'hidden'> {
  return translateFailures("counting the cluster's shards", async () => {
    try {
      const [health, settings] = await Promise.all([
        client.cluster.health({ filter_path: 'active_shards,unassigned_shards,number_of_data_nodes' }),
        client.cluster.getSettings({
          include_defaults: true,
          flat_settings: true,
          filter_path: '*.cluster.max_shards_per_node',
        }),
      ]);
      // The filter leaves out what is empty, whatever the client's types say.
      const levels: readonly unknown[] = [settings.transient, settings.persistent, settings.defaults];
      const given = levels.filter(isRecord).find((level) => 'cluster.max_shards_per_node' in level);
      const perNode = Number(given?.['cluster.max_shards_per_node']);
      const used = health.active_shards + health.unassigned_shards;
      return Number.isFinite(perNode) ? { most: perNode * health.number_of_data_nodes, used } : 'plenty';
    } catch (error) {
      const status = statusOf(error);
      if (status === 403) return 'hidden';
      if (status !== undefined && status < 500 && status !== 401 && status !== 429) return 'plenty';
      throw error;
    }
  });
}

/**
 * @param needed - settings of each index that is to be made
 * @throws SyncFailure `ClusterFull` where there is no room for them
 */
export function requireRoom({ most, used }: ShardRoom, needed: readonly Settings[], indexName: string): void {
  const shards = needed.reduce((sum, settings) => sum + shardsOf(settings), 0);
  if (used + shards <= most) return;
  const what = needed.length === 1 ? `the index that ${indexName} needs` : `${needed.length} indices ${indexName}`;
  throw new SyncFailure(
    'ClusterFull',
    `Elasticsearch has no room for ${what}: ${shards} shards, with ${used} of ` +
      `${most} in use (cluster.max_shards_per_node).`,
  );
}

function shardsOf(settings: Settings): number {
  return numberOf(settings, 'index.number_of_shards') * (1 + numberOf(settings, 'index.number_of_replicas'));
}

/** Elasticsearch's default of both is 1. */
function numberOf(settings: Settings, name: string): number {
  const value = Number(settings[name] ?? 1);
  return Number.isSafeInteger(value) ? value : 1;
}
