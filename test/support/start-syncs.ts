import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { ApplicationFailure, type WorkflowHandle } from '@temporalio/client';

import { checkConnector } from '../../src/activities/check/check-connector';
import type { ConnectorProblem } from '../../src/activities/check/collect-problems';
import type { ConnectorRegistry } from '../../src/activities/connector/connector-registry';
import type { LookInput } from '../../src/activities/contract/activity-inputs';
import type { ConnectorFacts, Look } from '../../src/activities/contract/activity-results';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { planSync, type SyncDescription } from '../../src/activities/plan/plan-sync';
import type { ConnectorSettings, ElasticsearchSettings } from '../../src/config/settings/settings';
import type { JobType, SyncInput, SyncOptions } from '../../src/sync/job';
import type { SyncReport } from '../../src/sync/report';
import type { SyncPlan } from '../../src/sync/sync-plan';
import type { Verification } from '../../src/verify/verification';
import { verifyConnector } from '../../src/verify/verify-connector';
import { type CallActivity, callAsItIs, startConnectorWorker } from './connector-worker';
import { copyInPieces, type PieceHook } from './copy-in-pieces';
import { connectElasticsearch, deleteIndices, elasticsearchUrl, uniqueIndex } from './elasticsearch';

/** What a test lets happen at the borders of a sync's steps. */
export interface SyncHooks {
  readonly before?: Partial<Record<keyof SyncActivities, () => Promise<void>>>;
  readonly after?: Partial<Record<keyof SyncActivities, () => Promise<void>>>;
  /** Tables are read block by block, each in a transaction of its own as large ones are, and this runs in between. */
  readonly betweenBlocks?: PieceHook;
  /** Changes the plan, as if another version of pgferry had made it. */
  readonly onPlan?: (plan: SyncPlan) => SyncPlan;
}

/** A connector whose syncs a test looks into, run by a worker in this process. */
export interface HookedConnector {
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
  /** Compares every row with its document. */
  readonly verify: () => Promise<Verification>;
  /** Everything that keeps the connector from being synced. */
  readonly check: () => Promise<readonly ConnectorProblem[]>;
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
  ) => HookedConnector;
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
  const worker = await startConnectorWorker();
  const indices = new Set<string>();
  return {
    connect: (url, { index = uniqueIndex('change'), ...changes } = {}) => {
      const id = changes.id ?? `t${randomUUID().slice(0, 8)}`;
      let settings = { ...defaultSettings(id, index, url), ...changes };
      let hooks: SyncHooks = {};
      let registry: ConnectorRegistry | undefined;
      const configured = async (jobType: JobType = 'full', options: SyncOptions = {}): Promise<SyncInput> => {
        indices.add(settings.indexName);
        const all = { elasticsearch: destination.settings(), temporal: UNUSED, connectors: [settings] };
        registry = await worker.open(id, all, (...call) => callHooked(hooks, ...call));
        return { connectorId: id, jobType, options };
      };
      const opened = async (options?: SyncOptions) => {
        await configured('full', options);
        if (registry === undefined) throw new Error('the connector is closed');
        return registry.open(id);
      };
      return {
        id,
        index,
        elasticsearch,
        start: async (...job) => worker.start(await configured(...job)),
        sync: async (...job) => worker.sync(await configured(...job)),
        plan: async (options = {}) => planSync(await opened(options), { jobType: 'full', jobId: 'plan', options }),
        verify: async () => verifyConnector(await opened(), { limit: 100, signal: new AbortController().signal }),
        check: async () => (await checkConnector(await opened())).problems,
        hook: (next) => {
          hooks = next;
        },
        configure: ({ url: other, ...others }) => {
          settings = { ...settings, ...others, ...(other === undefined ? {} : { source: sourceOf(other) }) };
        },
      };
    },
    stop: async () => {
      await worker.stop();
      for (const index of indices) await deleteIndices(elasticsearch, index);
      await elasticsearch.close();
    },
  };
}

/** The worker that runs the syncs has its own. */
const UNUSED = { address: '', namespace: 'default', taskQueue: 'unused', heartbeatMs: 3_000 };

const asPlanned = (plan: SyncPlan): SyncPlan => plan;

async function callHooked(hooks: SyncHooks, ...call: Parameters<CallActivity>): Promise<unknown> {
  const { before, after, betweenBlocks, onPlan = asPlanned } = hooks;
  const [activities, name, input] = call;
  // Who looks between the steps wants all of them.
  if (name === 'lookForChanges' && Object.keys(hooks).length > 0) return takeFirstSteps(hooks, activities, input);
  await callHook(() => before?.[name]?.());
  const between: PieceHook = (relation, blocks) => callHook(() => betweenBlocks?.(relation, blocks));
  const isCopy = name === 'copyPartitions' && betweenBlocks !== undefined;
  const result = isCopy ? await copyInPieces(activities, input, between) : await callAsItIs(activities, name, input);
  await callHook(() => after?.[name]?.());
  if (name === 'planSync') return onPlan(result as SyncPlan);
  return result;
}

/** The steps that a look stands for, of a sync that goes on with the others. */
async function takeFirstSteps(
  hooks: SyncHooks,
  activities: SyncActivities,
  { run, ...request }: LookInput,
): Promise<Look> {
  const { connectorId } = request;
  const call = (name: keyof SyncActivities, input: unknown) => callHooked(hooks, activities, name, input as never);
  const facts = (await call('validateConnector', { connectorId, run })) as ConnectorFacts;
  const plan = (await call('planSync', { ...request, definition: facts.definition })) as SyncPlan;
  return { facts, plan };
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

function sourceOf(url: string): ConnectorSettings['source'] {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    connectTimeoutMs: 10_000,
    lockTimeoutMs: 120_000,
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
