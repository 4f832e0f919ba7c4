import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';

import { type ConnectorRegistry, createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { createActivities } from '../../src/activities/create-activities';
import { toApplicationFailure } from '../../src/activities/failure-interceptor';
import { planSync, type SyncDescription } from '../../src/activities/plan/plan-sync';
import type { ConnectorSettings, ElasticsearchSettings, Settings } from '../../src/config/settings/settings';
import type { JobType, SyncInput, SyncOptions } from '../../src/sync/job';
import type { SyncReport } from '../../src/sync/report';
import { copyInPieces, type PieceHook } from './copy-in-pieces';
import { connectElasticsearch, deleteIndices, elasticsearchUrl, uniqueIndex } from './elasticsearch';
import { startTestWorker } from './temporal';

/** What a test lets happen at the borders of a sync's steps. */
export interface SyncHooks {
  readonly before?: Partial<Record<keyof SyncActivities, () => Promise<void>>>;
  readonly after?: Partial<Record<keyof SyncActivities, () => Promise<void>>>;
  /** Tables are read block by block, each in a transaction of its own as large ones are, and this runs in between. */
  readonly betweenBlocks?: PieceHook;
}

/** A connector that a test syncs by the real workflow and activities. */
export interface SyncedConnector {
  readonly id: string;
  readonly index: string;
  readonly elasticsearch: Client;
  /** Runs a sync to its end; rejects with the failure that ended it. */
  readonly sync: (jobType?: JobType, options?: SyncOptions) => Promise<SyncReport>;
  readonly start: (
    jobType?: JobType,
    options?: SyncOptions,
  ) => Promise<WorkflowHandle<(input: SyncInput) => Promise<SyncReport>>>;
  /** Plans a full sync; changes nothing. */
  readonly plan: (options?: SyncOptions) => Promise<SyncDescription>;
  /** From the next sync on; `{}` for none. */
  readonly hook: (hooks: SyncHooks) => void;
  /** Lets the connector be another one from the next sync on, as when its file is edited. */
  readonly configure: (changes: Partial<ConnectorSettings> & { readonly url?: string }) => void;
}

/** One worker for the syncs of a test file. */
export interface Syncs {
  readonly connect: (
    url: string,
    changes?: Partial<ConnectorSettings> & { readonly index?: string },
  ) => SyncedConnector;
  readonly stop: () => Promise<void>;
}

/** Where the syncs of a test file write. */
export interface Destination {
  /** A client that may do everything. */
  readonly connect: () => Client;
  /** What pgferry is configured with when a sync starts. */
  readonly settings: () => ElasticsearchSettings;
}

const SHARED_NODE: Destination = {
  connect: connectElasticsearch,
  settings: () => ({ host: elasticsearchUrl(), verifyCerts: true, requestTimeoutMs: 60_000 }),
};

/** Starts a worker whose connectors can change from sync to sync. */
export async function startSyncs(destination: Destination = SHARED_NODE): Promise<Syncs> {
  const elasticsearch = destination.connect();
  const settingsOf = (connectors: readonly ConnectorSettings[]): Settings => ({
    elasticsearch: destination.settings(),
    temporal: { address: '', namespace: 'default', taskQueue: 'unused' },
    connectors,
  });
  const connectors = new Map<string, ConnectorBench>();
  const call = (name: keyof SyncActivities) => async (input: never) => {
    const { connectorId } = 'job' in input ? (input as { job: SyncInput }).job : readJob(input);
    const connector = connectors.get(connectorId);
    if (connector === undefined) throw new Error(`no connector ${connectorId}`);
    try {
      return await connector.run(name, input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
  const names = Object.keys(createActivities(createConnectorRegistry(settingsOf([])))) as (keyof SyncActivities)[];
  const activities = Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as SyncActivities;
  const worker = await startTestWorker(activities);
  return {
    connect: (url, { index = uniqueIndex('change'), ...changes } = {}) => {
      const id = changes.id ?? `t${randomUUID().slice(0, 8)}`;
      const bench = createBench({ ...defaultSettings(id, index, url), ...changes }, settingsOf);
      connectors.set(id, bench);
      const start = async (jobType: JobType = 'full', options: SyncOptions = {}) => {
        await bench.reopen();
        return worker.start({ connectorId: id, jobType, options });
      };
      return {
        id,
        index,
        elasticsearch,
        start,
        plan: async (options = {}) => {
          await bench.reopen();
          return bench.plan(options);
        },
        sync: async (...arguments_) => (await start(...arguments_)).result().catch(throwFailure),
        hook: bench.hook,
        configure: bench.configure,
      };
    },
    stop: async () => {
      await worker.stop();
      for (const bench of connectors.values()) {
        await bench.close();
        await deleteIndices(elasticsearch, bench.indexName());
      }
      await elasticsearch.close();
    },
  };
}

function readJob(input: { plan?: { job: SyncInput }; connectorId?: string }): { connectorId: string } {
  return input.plan?.job ?? { connectorId: input.connectorId ?? '' };
}

/** What the worker knows of one connector. */
interface ConnectorBench {
  readonly indexName: () => string;
  readonly run: (name: keyof SyncActivities, input: never) => Promise<unknown>;
  readonly plan: SyncedConnector['plan'];
  /** Opens it anew, as a worker does that was restarted. */
  readonly reopen: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly hook: SyncedConnector['hook'];
  readonly configure: SyncedConnector['configure'];
}

function createBench(
  first: ConnectorSettings,
  settingsOf: (connectors: readonly ConnectorSettings[]) => Settings,
): ConnectorBench {
  let settings = first;
  let hooks: SyncHooks = {};
  let registry: ConnectorRegistry | undefined;
  const close = async () => {
    await registry?.close();
    registry = undefined;
  };
  return {
    indexName: () => settings.indexName,
    close,
    reopen: async () => {
      await close();
      registry = createConnectorRegistry(settingsOf([settings]));
    },
    plan: async (options = {}) => {
      if (registry === undefined) throw new Error('the connector is closed');
      return planSync(registry.open(settings.id), { jobType: 'full', jobId: 'plan', options });
    },
    hook: (next) => {
      hooks = next;
    },
    configure: ({ url, ...changes }) => {
      settings = { ...settings, ...changes, ...(url === undefined ? {} : { source: sourceOf(url) }) };
    },
    run: async (name, input) => {
      if (registry === undefined) throw new Error('the connector is closed');
      const activities = createActivities(registry);
      const { before, after, betweenBlocks } = hooks;
      await callHook(() => before?.[name]?.());
      const between: PieceHook = (relation, blocks) => callHook(() => betweenBlocks?.(relation, blocks));
      const isCopy = name === 'copyPartitions' && betweenBlocks !== undefined;
      const result = isCopy
        ? await copyInPieces(activities, input, between)
        : await callActivity(activities, name, input);
      await callHook(() => after?.[name]?.());
      return result;
    },
  };
}

function callActivity(activities: SyncActivities, name: keyof SyncActivities, input: never): Promise<unknown> {
  return activities[name](input);
}

/** What goes wrong in a test's own hook ends the sync and says so. */
async function callHook(hook: () => Promise<void> | undefined): Promise<void> {
  try {
    await hook();
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    throw ApplicationFailure.nonRetryable(`a hook of the test: ${String(error)}`, 'TestFailure');
  }
}

async function throwFailure(error: unknown): Promise<never> {
  let cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  while (cause !== undefined && !(cause instanceof ApplicationFailure)) cause = cause.cause as Error | undefined;
  return Promise.reject(cause ?? (error as Error));
}

function sourceOf(url: string): ConnectorSettings['source'] {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    connectTimeoutMs: 10_000,
  };
}

function defaultSettings(id: string, indexName: string, url: string): ConnectorSettings {
  return {
    id,
    name: id,
    indexName,
    source: sourceOf(url),
    selection: { schemas: ['public'], tables: ['*'] },
    documents: {
      fieldNames: 'prefixed',
      json: 'flattened',
      excludeColumns: [],
      mapping: {},
      idColumns: {},
      rowSecurity: 'refused',
    },
    rules: { basic: [], advanced: [] },
    scheduling: {
      full: { enabled: false, interval: '0 0 0 * * ?' },
      incremental: { enabled: false, interval: '0 0 0 * * ?' },
      timezone: 'UTC',
    },
    limits: { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000, maxRowBytes: 52_428_800 },
  };
}
