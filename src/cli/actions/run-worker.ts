import { once } from 'node:events';
import type { Logger } from 'pino';

import type { LoadedSettings } from '../../config/load-settings';
import { createLogger, type LogFormat, type LogLevel } from '../../logging/create-logger';
import { type Monitoring, startMonitoring } from '../../monitoring/start-monitoring';
import type { Tracing } from '../../monitoring/start-tracing';
import { SyncFailure } from '../../sync/failures';
import { installRuntime } from '../../worker/install-runtime';
import { startWorker } from '../../worker/start-worker';
import type { WorkerDeployment } from '../../worker/worker-deployment';
import { EXIT } from '../output/exit-codes';
import { createTerminal } from '../output/terminal';
import { type ConfigurationOptions, loadConfiguration } from '../session/load-command-settings';
import { warnOfDangers, watchConfiguration } from '../watch-configuration';

/** Options of `pgferry worker`. */
export interface WorkerOptions extends ConfigurationOptions {
  readonly deployment?: string;
  readonly buildId?: string;
  /** Seconds. */
  readonly patience: number;
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
}

/** `pgferry worker` */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const loaded = await loadConfiguration(options, createTerminal(options.json === true));
  const deployment = readDeployment(options);
  const monitoring = await startMonitoring(loaded.settings);
  const tracing = loaded.settings.monitoring?.traces === true ? await loadTracing() : undefined;
  try {
    const { logLevel: level, logFormat: format } = options;
    const logger = createLogger({ level, ...(format === undefined ? {} : { format }) });
    process.exitCode = await runUntilSignal(loaded, {
      logger,
      deployment,
      monitoring,
      tracing,
      patienceMs: options.patience * 1_000,
    });
  } finally {
    await tracing?.close();
    await monitoring?.close();
  }
}

/** OpenTelemetry is loaded where it is used only. */
async function loadTracing(): Promise<Tracing> {
  const { startTracing } = await import('../../monitoring/start-tracing.js');
  return startTracing();
}

function readDeployment({ deployment: name, buildId }: WorkerOptions): WorkerDeployment | undefined {
  if (name !== undefined && buildId !== undefined) return { name, buildId };
  if (name === undefined && buildId === undefined) return undefined;
  throw new SyncFailure('InvalidConfig', '--deployment and --build-id go together.', 'Give both, or none of them.');
}

interface WorkerParts {
  readonly logger: Logger;
  readonly deployment: WorkerDeployment | undefined;
  readonly monitoring: Monitoring | undefined;
  readonly tracing: Tracing | undefined;
  readonly patienceMs: number;
}

/**
 * Runs a worker until a signal stops it.
 * @returns the exit code
 */
async function runUntilSignal(loaded: LoadedSettings, parts: WorkerParts): Promise<number> {
  const { logger, monitoring, tracing } = parts;
  // That it starts, reloads and stops is said on every level.
  const news = logger.level === 'silent' ? logger : logger.child({}, { level: 'info' });
  installRuntime({ logger, ...(monitoring === undefined ? {} : { metricsAddress: monitoring.temporalAddress }) });
  warnOfDangers(loaded, news);
  const { temporal, connectors } = loaded.settings;
  const worker = await startWorker(loaded.settings, { ...parts, file: loaded.file });
  const unwatch = watchConfiguration(loaded, news, worker.reload);
  // Before it says that it works: whoever waits for those words may end it at once.
  const told = Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name).then(() => name)));
  const ids = connectors.map(({ id }) => id).join(', ');
  if (tracing !== undefined) news.info('Traces go to where OTEL_EXPORTER_OTLP_ENDPOINT says');
  if (monitoring !== undefined) news.info(`Metrics and health: ${monitoring.url}/metrics, /healthz, /readyz`);
  news.info(`Worker polls task queue ${temporal.taskQueue} of Temporal at ${temporal.address} for ${ids}`);
  const signal = await Promise.race([worker.stopped, told]);
  unwatch();
  news.info('Stopping: what runs goes to its next checkpoint …');
  await worker.stop();
  news.info('Stopped');
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.done;
}
