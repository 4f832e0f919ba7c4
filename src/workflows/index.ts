export { followConnector } from './follow-connector';
export { scheduledSync } from './scheduled-sync';
export { serveConnectors } from './serve-connectors';
export { syncConnector, syncIndex } from './sync-connector';
