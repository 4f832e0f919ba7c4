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
  pgferry_stream_up: {
    kind: 'gauge',
    labels: ['connector'],
    help:
      '1 while this worker follows the changes of the connector, 0 once it no longer does: take the most over ' +
      'workers.',
  },
  pgferry_stream_retained_bytes: {
    kind: 'gauge',
    labels: ['connector'],
    help: 'Bytes of WAL that PostgreSQL keeps for the stream; above max_lag it ends.',
  },
  pgferry_stream_pending_keys: {
    kind: 'gauge',
    labels: ['connector'],
    help: 'Keys of changed rows that wait to be read again.',
  },
  pgferry_stream_changes_total: {
    kind: 'counter',
    labels: ['connector'],
    help: 'Changed rows that were read again, and that Elasticsearch has acknowledged.',
  },
  pgferry_stream_put_back_total: {
    kind: 'counter',
    labels: ['connector'],
    help: 'Keys that were put back, since no snapshot saw their transaction yet, or another writer was there before.',
  },
  pgferry_stream_delay_seconds: {
    kind: 'histogram',
    labels: ['connector'],
    help: 'Time from the commit of a batch of changes, its oldest, to the acknowledgement of Elasticsearch.',
    buckets: [0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  pgferry_stream_gaps_total: {
    kind: 'counter',
    labels: ['connector', 'reason'],
    help: 'Gaps of streams, each closed by an incremental sync.',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
