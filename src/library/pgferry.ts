import type { WorkflowHandle } from '@temporalio/client';

import { createConnectorRegistry } from '../activities/connector/connector-registry';
import { type LoadedSettings, loadSettings } from '../config/load-settings';
import { beginSync } from '../jobs/begin-sync';
import { controlSync, type JobVerb } from '../jobs/control-sync';
import { followSync } from '../jobs/follow-sync';
import { type JobFilter, type ListedJob, listJobs } from '../jobs/list-jobs';
import { applyStreams } from '../jobs/stream-changes';
import type { SyncEnding } from '../jobs/sync-ending';
import { keepSecrets } from '../logging/blot-secrets';
import { createLogger, type LogLevel } from '../logging/create-logger';
import { applySchedules } from '../schedules/apply-schedules';
import type { JobType, SyncOptions } from '../sync/job';
import type { SyncProgress } from '../sync/progress';
import type { SyncReport } from '../sync/report';
import { type SyncWorkflow, syncWorkflowId } from '../sync/wire/workflow-names';
import { connectTemporal } from '../temporal/connect-temporal';
import type { Verification } from '../verify/verification';
import { verifyConnector } from '../verify/verify-connector';

/** What {@link openPgferry} reads. */
export interface PgferryOptions {
  /** Path of the configuration. */
  readonly file: string;
  /**
   * Variables for `${NAME}` in it.
   * @default process.env
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A sync that was started, or found running. */
export interface StartedSync {
  readonly workflowId: string;
  /** False when a sync of the connector was running already: then it is that one. */
  readonly isNew: boolean;
}

/** Options of {@link Pgferry.start}. */
export interface StartOptions {
  /** @default 'full' */
  readonly jobType?: JobType;
  /** Consents and choices for this run. */
  readonly options?: SyncOptions;
}

/** Options of {@link Pgferry.follow}. */
export interface FollowOptions {
  /** Is told twice a second how far the sync is. */
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Ends the following, not the sync; the promise rejects with its reason then. */
  readonly signal?: AbortSignal;
}

/** A worker of this process. */
export interface LibraryWorker {
  /** Resolves when it has stopped; rejects when it had to. */
  readonly stopped: Promise<void>;
  /** Lets what runs reach a checkpoint, then stops. */
  readonly stop: () => Promise<void>;
}

/** The connectors of a configuration, and what can be done with them. Close it when you are done. */
export interface Pgferry {
  /** Ids of the connectors that the configuration defines, in its order. */
  readonly connectorIds: readonly string[];
  /** Starts a sync, unless the connector has one already. A worker, here or elsewhere, executes it. */
  readonly start: (connectorId: string, options?: StartOptions) => Promise<StartedSync>;
  /** Follows the latest sync of a connector to its end, through outages of Temporal; says how it ended, and why. */
  readonly follow: (connectorId: string, options?: FollowOptions) => Promise<SyncReport | SyncEnding>;
  /**
   * Tells the running sync of a connector to pause, to go on, or to stop.
   * @returns its status then
   * @throws SyncFailure `InvalidConfig` where none is running
   */
  readonly control: (connectorId: string, verb: JobVerb) => Promise<string>;
  /** Jobs that run or have run, the newest first, as far as Temporal remembers; 20 unless `limit` says otherwise. */
  readonly jobs: (filter?: Partial<Omit<JobFilter, 'taskQueue'>>) => Promise<ListedJob[]>;
  /**
   * Compares every row of a connector with its document.
   * @param limit - differences to list; all are counted
   */
  readonly verify: (connectorId: string, limit?: number) => Promise<Verification>;
  /**
   * Gives Temporal the schedules of the configuration, and lets connectors be followed that have a section `continuous`;
   * what it made before and has no longer goes.
   * @returns ids of the schedules, and of the workflows that follow
   */
  readonly applySchedules: () => Promise<string[]>;
  /**
   * Executes syncs in this process, until it is stopped. Temporal's runtime, of which a process has one, gets a log on
   * standard error, with what is of that level or above.
   */
  readonly startWorker: (logLevel?: LogLevel) => Promise<LibraryWorker>;
  readonly close: () => Promise<void>;
}

/** Differences that {@link Pgferry.verify} lists. */
const LISTED = 20;
/** Jobs that {@link Pgferry.jobs} lists. */
const JOBS = 20;

/**
 * Reads a configuration and connects to its Temporal.
 * @throws ConfigurationError with every problem of the file at once
 * @throws SyncFailure `TemporalUnavailable`
 */
export async function openPgferry({ file, environment }: PgferryOptions): Promise<Pgferry> {
  const loaded = await loadSettings(file, environment);
  keepSecrets(loaded.secrets);
  const { settings } = loaded;
  const { taskQueue } = settings.temporal;
  const client = await connectTemporal(settings.temporal);
  return {
    connectorIds: settings.connectors.map(({ id }) => id),
    start: async (connectorId, { jobType = 'full', options = {} } = {}) => {
      const { handle, isNew } = await beginSync(client, taskQueue, { connectorId, jobType, options });
      return { workflowId: handle.workflowId, isNew };
    },
    follow: async (connectorId, { onProgress = ignore, signal = new AbortController().signal } = {}) => {
      const handle: WorkflowHandle<SyncWorkflow> = client.workflow.getHandle(syncWorkflowId(connectorId));
      try {
        return await followSync(handle, { show: onProgress, onOutage: ignore }, signal);
      } catch (error) {
        // Temporal's client has words of its own for a call that was given up.
        signal.throwIfAborted();
        throw error;
      }
    },
    control: (connectorId, verb) => controlSync(client, connectorId, verb),
    jobs: (filter = {}) => listJobs(client, { limit: JOBS, ...filter, taskQueue }),
    verify: (connectorId, limit = LISTED) => verifyOnce(loaded, connectorId, limit),
    applySchedules: async () => [
      ...(await applySchedules(client, settings, loaded.file)),
      ...(await applyStreams(client, taskQueue, settings.connectors)),
    ],
    startWorker: (logLevel = 'info') => startWorkerHere(loaded, logLevel),
    close: () => client.connection.close(),
  };
}

function ignore(): void {
  // Whoever asked does not want to be told.
}

async function verifyOnce({ settings }: LoadedSettings, connectorId: string, limit: number): Promise<Verification> {
  const registry = createConnectorRegistry(settings);
  try {
    return await verifyConnector(await registry.open(connectorId), { limit, signal: new AbortController().signal });
  } finally {
    await registry.close();
  }
}

/** Temporal's worker is native code, and takes a second to load: only who asks for one needs it. */
async function startWorkerHere({ settings, file }: LoadedSettings, level: LogLevel): Promise<LibraryWorker> {
  const [{ installRuntime }, { startWorker }] = await Promise.all([
    import('../worker/install-runtime.js'),
    import('../worker/start-worker.js'),
  ]);
  installRuntime({ logger: createLogger({ level }) });
  const { stopped, stop } = await startWorker(settings, { file });
  return { stopped, stop };
}
