import type { LogFormat, LogLevel } from '../../logging/create-logger';
import { SyncFailure } from '../../sync/failures';
import type { WorkerDeployment } from '../../worker/worker-deployment';
import { createTerminal } from '../output/terminal';
import { type ConfigurationOptions, loadConfiguration } from '../session/load-command-settings';
import { serveWorker } from '../session/serve-worker';

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
  const { logLevel, logFormat, patience } = options;
  const loaded = await loadConfiguration(options, createTerminal(options.json === true));
  const deployment = readDeployment(options);
  process.exitCode = await serveWorker(loaded, {
    logLevel,
    ...(logFormat === undefined ? {} : { logFormat }),
    deployment,
    patienceMs: patience * 1_000,
  });
}

function readDeployment({ deployment: name, buildId }: WorkerOptions): WorkerDeployment | undefined {
  if (name !== undefined && buildId !== undefined) return { name, buildId };
  if (name === undefined && buildId === undefined) return undefined;
  throw new SyncFailure('InvalidConfig', '--deployment and --build-id go together.', 'Give both, or none of them.');
}
