import type { ConnectorMeter } from '../activities/connector/connector-meter';
import type { Settings } from '../config/settings/settings';
import type { StatusSource } from '../connector-status/status-source';
import { answerVisitor } from '../status-page/answer-visitor';
import { createConnectorMeter } from './create-connector-meter';
import { findTemporalUi } from './find-temporal-ui';
import { createLastSyncs, type ReadLastSync } from './last-syncs';
import { createMetricRegistry } from './metric-registry';
import { serveMonitoring } from './monitoring-server';
import { createReadinessProbe, type ReadinessCheck } from './readiness';
import { reserveTemporalMetrics } from './temporal-metrics';

/** A worker as monitoring sees it, once it polls. */
export interface WatchedWorker {
  /** Checks of the servers without which the worker can't do its work. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly readLastSync: ReadLastSync;
  /** All connectors, for the status page. */
  readonly status: StatusSource;
}

/** Metrics and health of this process, served over HTTP. */
export interface Monitoring {
  /** Base URL. */
  readonly url: string;
  /** HOST:PORT at which Temporal's runtime is to serve its own metrics, for this endpoint to pass on. */
  readonly temporalAddress: string;
  readonly meterOf: (connectorId: string) => ConnectorMeter;
  /** An attempt of an activity failed. */
  readonly countFailure: (connectorId: string, type: string) => void;
  /** The worker polls: `/readyz` may say so. */
  readonly watch: (worker: WatchedWorker) => void;
  /** The worker takes no more work: `/readyz` says so. */
  readonly drain: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Starts to serve the status page, `/metrics`, `/healthz` and `/readyz`.
 * @returns undefined where the configuration names no address
 * @throws SyncFailure `InvalidConfig` when the address can't be listened at
 */
export async function startMonitoring({
  monitoring,
  connectors,
  temporal: at,
}: Settings): Promise<Monitoring | undefined> {
  if (monitoring?.address === undefined) return undefined;
  const metrics = createMetricRegistry();
  const lastSyncs = createLastSyncs();
  const readiness = createReadinessProbe();
  const temporal = await reserveTemporalMetrics();
  const meters = new Map<string, ConnectorMeter>();
  const meterOf = (id: string): ConnectorMeter => {
    const known = meters.get(id);
    if (known !== undefined) return known;
    lastSyncs.track(id);
    const meter = createConnectorMeter(metrics, id, () => {
      lastSyncs.note(id);
    });
    meters.set(id, meter);
    return meter;
  };
  connectors.forEach(({ id }) => meterOf(id));
  let source: StatusSource | undefined;
  const { address, hosts, token, temporalUi } = monitoring;
  const page = {
    ...{ source: () => source, hosts: [...hosts, address.host], token },
    temporalUi: findTemporalUi(at, temporalUi),
  };
  const server = await serveMonitoring(address, {
    readiness: readiness.read,
    page: (request, response) => answerVisitor(page, request, response),
    metrics: async () => {
      for (const [connector, lag] of await lastSyncs.lags())
        metrics.set('pgferry_sync_lag_seconds', { connector }, lag);
      return (await Promise.all([metrics.text(), temporal.text()])).join('\n');
    },
  });
  return {
    url: server.url,
    temporalAddress: temporal.bindAddress,
    meterOf,
    countFailure: (connector, type) => {
      metrics.add('pgferry_failures_total', { connector, type }, 1);
    },
    watch: ({ checks, readLastSync, status }) => {
      source = status;
      lastSyncs.readFrom(readLastSync);
      readiness.begin(checks);
    },
    drain: readiness.end,
    close: server.close,
  };
}
