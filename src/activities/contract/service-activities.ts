/** The activity of the service for connectors that are managed in Elasticsearch. */
export interface ServiceActivities {
  /** Serves them for an hour; which ones, the worker's file says. */
  serveConnectors: () => Promise<void>;
}
