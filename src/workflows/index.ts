export { scheduledSync } from './scheduled-sync';
export { syncConnector } from './sync-connector';
