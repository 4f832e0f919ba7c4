/** A metric that pgferry counts itself. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** One sentence: the endpoint and docs/metrics.md show it. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

/** Every metric of pgferry's own, by its name; docs/metrics.md is generated from it. */
export const METRICS = {
  pgferry_documents_total: {
    kind: 'counter',
    labels: ['connector', 'outcome'],
    help:
      'Documents by outcome: indexed, unchanged, deleted, superseded (a newer one was there), rejected, dropped (by ' +
      'an ingest pipeline).',
  },
  pgferry_rows_read_total: {
    kind: 'counter',
    labels: ['connector'],
    help: 'Rows read from PostgreSQL.',
  },
  pgferry_bulk_bytes_total: {
    kind: 'counter',
    labels: ['connector'],
    help: 'Bytes of bulk requests that Elasticsearch acknowledged.',
  },
  pgferry_bulk_request_seconds: {
    kind: 'histogram',
    labels: ['connector'],
    help: 'Time of bulk requests, each attempt by itself.',
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  pgferry_bulk_pushbacks_total: {
    kind: 'counter',
    labels: ['connector'],
    help: 'Bulk requests that Elasticsearch refused for now, whole or in part: 429 and the like.',
  },
  pgferry_bulk_retried_documents_total: {
    kind: 'counter',
    labels: ['connector'],
    help: 'Documents that were sent again after such a refusal or a lost connection.',
  },
  pgferry_partitions_in_progress: {
    kind: 'gauge',
    labels: ['connector'],
    help: 'Partitions that this worker copies right now.',
  },
  pgferry_waits: {
    kind: 'gauge',
    labels: ['connector', 'kind'],
    help: 'Activities of this worker that have waited 5 s or more for a lock, a connection, an answer, or a retry.',
  },
  pgferry_failures_total: {
    kind: 'counter',
    labels: ['connector', 'type'],
    help: 'Failed attempts of activities by the type of failure, see failures.md; most are tried again.',
  },
  pgferry_sync_lag_seconds: {
    kind: 'gauge',
    labels: ['connector'],
    help: 'Seconds since the last completed sync; absent before the first one. Take the least over all workers.',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
