import { DefaultLogger, type LogEntry, Runtime, type TelemetryOptions } from '@temporalio/worker';
import type { Level, Logger } from 'pino';

import { createOutageNotice } from '../logging/outage-notice';
import { phraseEntry } from '../logging/phrase-entry';

/** Levels of pino by those of Temporal. */
const LEVELS: Readonly<Record<LogEntry['level'], Level>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Log and metrics of a process that executes syncs. */
export interface RuntimeOptions {
  readonly logger: Logger;
  /**
   * Whether syncs are told of; not where a command does so itself.
   * @default true
   */
  readonly tellsSyncs?: boolean;
  /** HOST:PORT at which Temporal's SDK serves its metrics; absent: nowhere. */
  readonly metricsAddress?: string;
}

let isInstalled = false;

/** Sends the logs of Temporal's SDK, its native part too, of workflows and activities to one logger. Once a process. */
export function installRuntime({ logger, tellsSyncs = true, metricsAddress }: RuntimeOptions): void {
  if (isInstalled) return;
  isInstalled = true;
  const outage = createOutageNotice({
    warn: (fields, message) => {
      logger.warn(fields, message);
    },
    info: (message) => {
      logger.info(message);
    },
  });
  Runtime.install({
    logger: new DefaultLogger('TRACE', (entry) => {
      if (outage.takes(entry)) return;
      if (!tellsSyncs && entry.meta?.['sdkComponent'] === 'workflow') return;
      const { level, message, fields } = phraseEntry(entry);
      logger[LEVELS[level]](fields, message);
    }),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === undefined ? {} : temporalMetrics(metricsAddress)),
    },
    // The SDK's own handlers would end the process before it has said how the sync ended.
    shutdownSignals: [],
  });
}

/** As Prometheus has it: seconds, and counters that say so. */
function temporalMetrics(bindAddress: string): Pick<TelemetryOptions, 'metrics'> {
  const prometheus = { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
  return { metrics: { prometheus, attachServiceName: false } };
}
