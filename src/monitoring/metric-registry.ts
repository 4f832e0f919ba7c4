import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { type MetricDefinition, type MetricName, METRICS } from './metric-catalogue';

/** Labels of one series: `{ connector: 'shop' }`. */
export type Labels = Readonly<Record<string, string>>;

/** Milliseconds between two looks at the event loop, each of which wakes a worker that has nothing to do. */
const EVENT_LOOP_LOOK_MS = 50;

/** The metrics of the catalogue, and those of Node.js: event loop, memory, garbage collection. */
export interface MetricRegistry {
  /** Adds to a counter or gauge; 0 makes the series appear. */
  readonly add: (name: MetricName, labels: Labels, amount: number) => void;
  readonly set: (name: MetricName, labels: Labels, value: number) => void;
  /** Records a value in a histogram. */
  readonly observe: (name: MetricName, labels: Labels, value: number) => void;
  /** All of them in Prometheus' text format. */
  readonly text: () => Promise<string>;
}

export function createMetricRegistry(): MetricRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_LOOK_MS });
  const counters = new Map<MetricName, Counter | Gauge>();
  const gauges = new Map<MetricName, Gauge>();
  const histograms = new Map<MetricName, Histogram>();
  for (const [key, { kind, help, labels, buckets }] of Object.entries<MetricDefinition>(METRICS)) {
    const name = key as MetricName;
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') counters.set(name, new Counter(options));
    else if (kind === 'histogram') histograms.set(name, new Histogram({ ...options, buckets: [...(buckets ?? [])] }));
    else gauges.set(name, new Gauge(options));
  }
  return {
    add: (name, labels, amount) => (counters.get(name) ?? gauges.get(name))?.inc(labels, amount),
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
    text: () => registry.metrics(),
  };
}
