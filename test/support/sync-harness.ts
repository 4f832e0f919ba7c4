import { WorkflowFailedError } from '@temporalio/client';

import { type ConnectorRegistry, createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { createActivities } from '../../src/activities/create-activities';
import { toApplicationFailure } from '../../src/activities/failure-interceptor';
import { planSync, type SyncDescription } from '../../src/activities/plan/plan-sync';
import { checkConnector, type ConnectorProblem } from '../../src/activities/plan/validate-connector';
import { parseSettings } from '../../src/config/parse-settings';
import type { SyncInput } from '../../src/sync/job';
import type { RelationReport, SyncReport } from '../../src/sync/report';
import type { Verification } from '../../src/verify/verification';
import { verifyConnector } from '../../src/verify/verify-connector';
import type { ConnectorEntry } from './configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from './elasticsearch';
import { readDocuments, type StoredDocument } from './read-documents';
import { startTestWorker } from './temporal';

/** Runs syncs of connectors as configured at that moment, by a worker in this process against the real servers. */
export interface SyncHarness {
  /** @throws ApplicationFailure that the sync failed with */
  readonly sync: (entry: ConnectorEntry, input?: Partial<SyncInput>) => Promise<SyncReport>;
  readonly check: (entry: ConnectorEntry) => Promise<readonly ConnectorProblem[]>;
  readonly plan: (entry: ConnectorEntry) => Promise<SyncDescription>;
  /** Compares every row with its document. */
  readonly verify: (entry: ConnectorEntry) => Promise<Verification>;
  /** All documents of the entry's index in the order of their ids. */
  readonly documents: (entry: ConnectorEntry) => Promise<readonly StoredDocument[]>;
  /** Dead letters of the entry's index. */
  readonly deadLetters: (entry: ConnectorEntry) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly stop: () => Promise<void>;
}

export async function startSyncHarness(): Promise<SyncHarness> {
  const registries = new Map<string, ConnectorRegistry>();
  const indices = new Set<string>();
  const elasticsearch = connectElasticsearch();
  const current: ConnectorRegistry = {
    open: (id, definition) => openRegistry(registries, id).open(id, definition),
    reload: () => undefined,
    close: () => Promise.resolve(),
  };
  const worker = await startTestWorker(translateFailures(createActivities(current)));

  const configure = async (entry: ConnectorEntry) => {
    indices.add(entry.index_name);
    await registries.get(entry.connector_id)?.close();
    registries.set(entry.connector_id, createConnectorRegistry(settingsOf(entry)));
    return current.open(entry.connector_id);
  };
  return {
    sync: async (entry, input = {}) => {
      await configure(entry);
      const handle = await worker.start({ connectorId: entry.connector_id, jobType: 'full', ...input });
      return handle.result().catch((error: unknown) => {
        throw rootCause(error);
      });
    },
    check: async (entry) => checkConnector(await configure(entry)),
    plan: async (entry) => planSync(await configure(entry), { jobType: 'full', jobId: 'plan', options: {} }),
    verify: async (entry) =>
      verifyConnector(await configure(entry), { limit: 10, signal: new AbortController().signal }),
    documents: async ({ index_name: index }) => {
      await elasticsearch.indices.refresh({ index });
      const documents: StoredDocument[] = [];
      for await (const document of readDocuments(index)) documents.push(document);
      return documents;
    },
    deadLetters: async ({ index_name: index }) => {
      const name = `${index}-rejected`;
      await elasticsearch.indices.refresh({ index: name, ignore_unavailable: true });
      const { hits } = await elasticsearch.search<Record<string, unknown>>({
        index: name,
        ignore_unavailable: true,
        size: 1_000,
      });
      return hits.hits.map(({ _source: letter = {} }) => letter);
    },
    stop: async () => {
      await worker.stop();
      for (const registry of registries.values()) await registry.close();
      for (const index of indices) await deleteIndices(elasticsearch, index);
      await elasticsearch.close();
    },
  };
}

/** The report of one relation, by its name or, of a rule, by what its name starts with. */
export function reportOf({ relations }: SyncReport, name: string): Omit<RelationReport, 'bytes' | 'seconds'> {
  const found = relations.find(({ relation }) => relation === name || relation.startsWith(`${name}-`));
  if (found === undefined) throw new Error(`no relation ${name} among ${relations.map((r) => r.relation).join(', ')}`);
  const { relation, read, indexed, unchanged, deleted, rejected } = found;
  return { relation, read, indexed, unchanged, deleted, rejected };
}

function openRegistry(registries: ReadonlyMap<string, ConnectorRegistry>, id: string): ConnectorRegistry {
  const registry = registries.get(id);
  if (registry === undefined) throw new Error(`no connector ${id}`);
  return registry;
}

function settingsOf(entry: ConnectorEntry) {
  const text = JSON.stringify({ elasticsearch: { host: elasticsearchUrl() }, connectors: [entry] });
  const readFile = (path: string): string => {
    throw new Error(`no file ${path}`);
  };
  return parseSettings(text, { environment: {}, directory: '/', readFile }).settings;
}

/** As the worker's interceptor does. */
function translateFailures(activities: SyncActivities): SyncActivities {
  const translated = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: never) => {
      try {
        return await (activity as (input: never) => Promise<unknown>)(input);
      } catch (error) {
        throw toApplicationFailure(error);
      }
    },
  ]);
  return Object.fromEntries(translated) as SyncActivities;
}

function rootCause(error: unknown): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause;
}
