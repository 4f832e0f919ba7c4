/** Values of the search attribute `SyncStatus`. */
export type LabelledStatus = 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';

const KEYWORD = 'KEYWORD' as const;

/** Search attributes of a sync, columns in the Temporal UI: `ConnectorId = 'shop' and SyncStatus = 'failed'`. */
export const CONNECTOR_ID = { name: 'ConnectorId', type: KEYWORD };
export const JOB_TYPE = { name: 'JobType', type: KEYWORD };
export const SYNC_STATUS = { name: 'SyncStatus', type: KEYWORD };

/** All search attributes that a sync sets. */
export const SEARCH_ATTRIBUTES = [CONNECTOR_ID, JOB_TYPE, SYNC_STATUS] as const;
