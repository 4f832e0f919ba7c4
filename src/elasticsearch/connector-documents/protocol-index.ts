/** Alias of the index of connectors, as Elasticsearch's own templates make it. */
export const CONNECTORS = '.elastic-connectors';
/** Alias of the index of sync jobs. */
export const SYNC_JOBS = '.elastic-connectors-sync-jobs';

/** Says to Elasticsearch who asks, as Elastic's own service does: it may keep these indices from others one day. */
export const AS_CONNECTORS = { headers: { 'x-elastic-product-origin': 'connectors' } } as const;
