import type { ConnectorMeter, DocumentOutcome, StreamMeter } from '../activities/connector/connector-meter';
import { WAIT_KINDS } from '../sync/wait';
import type { MetricRegistry } from './metric-registry';

const OUTCOMES: readonly DocumentOutcome[] = ['indexed', 'unchanged', 'deleted', 'superseded', 'rejected', 'dropped'];

/**
 * Counts what happens to one connector. All its series begin at 0, so that the first event is a change that rates and
 * alerts see.
 */
export function createConnectorMeter(metrics: MetricRegistry, connector: string, onSynced: () => void): ConnectorMeter {
  const labels = { connector };
  const documents = (outcome: DocumentOutcome, count: number) => {
    metrics.add('pgferry_documents_total', { connector, outcome }, count);
  };
  showFromStart(metrics, connector);
  return {
    bulk: {
      onBulk: ({ bytes, retried, outcome }) => {
        for (const name of ['indexed', 'deleted', 'superseded', 'rejected', 'dropped'] as const)
          documents(name, outcome[name]);
        metrics.add('pgferry_bulk_bytes_total', labels, bytes);
        metrics.add('pgferry_bulk_retried_documents_total', labels, retried);
      },
      onRequest: (durationMs) => {
        metrics.observe('pgferry_bulk_request_seconds', labels, durationMs / 1_000);
      },
      onPushback: () => {
        metrics.add('pgferry_bulk_pushbacks_total', labels, 1);
      },
    },
    rowsRead: (rows) => {
      metrics.add('pgferry_rows_read_total', labels, rows);
    },
    documents,
    partition: async (copy) => {
      metrics.add('pgferry_partitions_in_progress', labels, 1);
      try {
        return await copy();
      } finally {
        metrics.add('pgferry_partitions_in_progress', labels, -1);
      }
    },
    waiting: (kind, change) => {
      metrics.add('pgferry_waits', { connector, kind }, change);
    },
    synced: onSynced,
    stream: createStreamMeter(metrics, connector),
  };
}

/** Its series begin with the first stream: most connectors have none. */
function createStreamMeter(metrics: MetricRegistry, connector: string): StreamMeter {
  const labels = { connector };
  return {
    shows: (state) => {
      metrics.set('pgferry_stream_up', labels, state === undefined ? 0 : 1);
      metrics.set('pgferry_stream_retained_bytes', labels, state?.retainedBytes ?? 0);
      metrics.set('pgferry_stream_pending_keys', labels, state?.pendingKeys ?? 0);
    },
    settled: (changes, delayMs) => {
      metrics.add('pgferry_stream_changes_total', labels, changes);
      metrics.observe('pgferry_stream_delay_seconds', labels, delayMs / 1_000);
    },
    putBack: (keys) => {
      metrics.add('pgferry_stream_put_back_total', labels, keys);
    },
    gap: (reason) => {
      metrics.add('pgferry_stream_gaps_total', { connector, reason }, 1);
    },
  };
}

function showFromStart(metrics: MetricRegistry, connector: string): void {
  const counters = [
    'pgferry_rows_read_total',
    'pgferry_bulk_bytes_total',
    'pgferry_bulk_pushbacks_total',
    'pgferry_bulk_retried_documents_total',
    'pgferry_partitions_in_progress',
  ] as const;
  for (const name of counters) metrics.add(name, { connector }, 0);
  for (const kind of WAIT_KINDS) metrics.add('pgferry_waits', { connector, kind }, 0);
  for (const outcome of OUTCOMES) metrics.add('pgferry_documents_total', { connector, outcome }, 0);
}
