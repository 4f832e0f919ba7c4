import type { Client } from '@elastic/elasticsearch';

const KEYWORD = { type: 'keyword' } as const;
const BOOLEAN = { type: 'boolean' } as const;
const DATE = { type: 'date' } as const;
const OBJECT = { type: 'object' } as const;
const INTEGER = { type: 'integer' } as const;

/** The fields that searches and sorts of Kibana and services rely on, as the module's templates map them. */
const MAPPINGS = {
  '.elastic-connectors': {
    ...{ name: KEYWORD, index_name: KEYWORD, service_type: KEYWORD, status: KEYWORD, error: KEYWORD },
    ...{ last_sync_status: KEYWORD, last_sync_error: KEYWORD, last_seen: DATE, last_synced: DATE },
    ...{ is_native: BOOLEAN, sync_now: BOOLEAN, deleted: BOOLEAN, configuration: OBJECT, sync_cursor: OBJECT },
  },
  '.elastic-connectors-sync-jobs': {
    ...{ status: KEYWORD, error: KEYWORD, job_type: KEYWORD, trigger_method: KEYWORD, worker_hostname: KEYWORD },
    ...{ created_at: DATE, started_at: DATE, completed_at: DATE, canceled_at: DATE, last_seen: DATE, metadata: OBJECT },
    ...{ indexed_document_count: INTEGER, deleted_document_count: INTEGER },
    connector: { properties: { id: KEYWORD, index_name: KEYWORD, service_type: KEYWORD, configuration: OBJECT } },
  },
} as const;

/** Makes the two indices of the protocol as Elasticsearch's own module makes them, where they are not there yet. */
export async function ensureProtocolIndices(client: Client): Promise<void> {
  for (const [alias, properties] of Object.entries(MAPPINGS)) {
    await client.indices
      .create({
        index: `${alias}-v1`,
        aliases: { [alias]: {} },
        settings: { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1' },
        mappings: { dynamic: false, properties },
      })
      .catch((error: unknown) => {
        if (!String(error).includes('resource_already_exists')) throw error;
      });
  }
}
