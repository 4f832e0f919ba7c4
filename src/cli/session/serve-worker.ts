import type { Logger } from 'pino';

import type { LoadedSettings } from '../../config/load-settings';
import { nameSome } from '../../config/problems/name-some';
import type { Settings } from '../../config/settings/settings';
import { createLogger, type LogFormat, type LogLevel } from '../../logging/create-logger';
import { type Monitoring, startMonitoring } from '../../monitoring/start-monitoring';
import type { Tracing } from '../../monitoring/start-tracing';
import { installRuntime } from '../../worker/install-runtime';
import { startWorker } from '../../worker/start-worker';
import type { WorkerDeployment } from '../../worker/worker-deployment';
import { EXIT } from '../output/exit-codes';
import { warnOfDangers, watchConfiguration } from '../watch-configuration';

/** Options of a worker that runs until a signal stops it. */
export interface ServeOptions {
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
  readonly deployment?: WorkerDeployment | undefined;
  readonly patienceMs?: number;
  /**
   * Says something on every level but silence; called once it works, and with the settings of each change of the file.
   * @default nothing
   */
  readonly onSettings?: (settings: Settings, news: Logger) => Promise<void>;
  /** HOST:PORT of Temporal, in place of the one in the file. */
  readonly temporalAddress?: string;
}

/**
 * Runs a worker until a signal stops it, with its monitoring and traces, as its file says from time to time.
 * @returns the exit code
 */
export async function serveWorker(loaded: LoadedSettings, options: ServeOptions): Promise<number> {
  const monitoring = await startMonitoring(loaded.settings);
  const tracing = loaded.settings.monitoring?.traces === true ? await loadTracing() : undefined;
  try {
    return await runUntilSignal(loaded, options, { monitoring, tracing });
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

interface WorkerParts {
  readonly monitoring: Monitoring | undefined;
  readonly tracing: Tracing | undefined;
}

async function runUntilSignal(loaded: LoadedSettings, options: ServeOptions, parts: WorkerParts): Promise<number> {
  const { monitoring, tracing } = parts;
  const { logLevel: level, logFormat: format, deployment, patienceMs, onSettings, temporalAddress } = options;
  const logger = createLogger({ level, ...(format === undefined ? {} : { format }) });
  // That it starts, reloads and stops is said on every level.
  const news = logger.level === 'silent' ? logger : logger.child({}, { level: 'info' });
  installRuntime({ logger, ...(monitoring === undefined ? {} : { metricsAddress: monitoring.temporalAddress }) });
  warnOfDangers(loaded, news);
  const { temporal: written, connectors } = loaded.settings;
  const temporal = temporalAddress === undefined ? written : { ...written, address: temporalAddress };
  const settings = { ...loaded.settings, temporal };
  const worker = await startWorker(settings, { monitoring, tracing, deployment, patienceMs, file: loaded.file });
  const adopt = (next: Settings) =>
    onSettings?.({ ...next, temporal }, news).catch((error: unknown) => {
      news.warn(error instanceof Error ? error.message : String(error));
    });
  const unwatch = watchConfiguration(loaded, news, (next) => {
    worker.reload(next);
    void adopt(next);
  });
  // Before it says that it works: whoever waits for those words may end it at once.
  const told = awaitSignal();
  const ids = nameSome(connectors.map(({ id }) => id));
  if (tracing !== undefined) news.info('Traces go to where OTEL_EXPORTER_OTLP_ENDPOINT says');
  if (monitoring !== undefined)
    news.info(`Status page: ${monitoring.url}/; metrics and health: /metrics, /healthz, /readyz`);
  news.info(`Worker polls task queue ${temporal.taskQueue} of Temporal at ${temporal.address} for ${ids}`);
  await adopt(settings);
  const signal = await Promise.race([worker.stopped, told]);
  unwatch();
  news.info('Stopping: what runs goes to its next checkpoint …');
  await worker.stop();
  news.info('Stopped');
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.done;
}

/** The first signal to end; the second one of either kind has its usual effect, and ends the process at once. */
function awaitSignal(): Promise<NodeJS.Signals> {
  const names = ['SIGINT', 'SIGTERM'] as const;
  return new Promise((resolve) => {
    const take = (name: NodeJS.Signals) => {
      for (const other of names) process.off(other, take);
      resolve(name);
    };
    for (const name of names) process.on(name, take);
  });
}
