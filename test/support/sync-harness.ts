import { checkConnector } from '../../src/activities/check/check-connector';
import type { ConnectorProblem } from '../../src/activities/check/collect-problems';
import { planSync, type SyncDescription } from '../../src/activities/plan/plan-sync';
import { parseSettings } from '../../src/config/parse-settings';
import type { SyncInput } from '../../src/sync/job';
import type { RelationReport, SyncReport } from '../../src/sync/report';
import type { Verification } from '../../src/verify/verification';
import { verifyConnector } from '../../src/verify/verify-connector';
import type { ConnectorEntry } from './configuration-file';
import { startConnectorWorker } from './connector-worker';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from './elasticsearch';
import { readDocuments, type StoredDocument } from './read-documents';

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
  const indices = new Set<string>();
  const elasticsearch = connectElasticsearch();
  const worker = await startConnectorWorker();

  const configure = async (entry: ConnectorEntry) => {
    indices.add(entry.index_name);
    return worker.open(entry.connector_id, settingsOf(entry));
  };
  const open = async (entry: ConnectorEntry) => (await configure(entry)).open(entry.connector_id);
  return {
    sync: async (entry, input = {}) => {
      await configure(entry);
      return worker.sync({ connectorId: entry.connector_id, jobType: 'full', ...input });
    },
    check: async (entry) => (await checkConnector(await open(entry))).problems,
    plan: async (entry) => planSync(await open(entry), { jobType: 'full', jobId: 'plan', options: {} }),
    verify: async (entry) => verifyConnector(await open(entry), { limit: 10, signal: new AbortController().signal }),
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

function settingsOf(entry: ConnectorEntry) {
  const text = JSON.stringify({ elasticsearch: { host: elasticsearchUrl() }, connectors: [entry] });
  const readFile = (path: string): string => {
    throw new Error(`no file ${path}`);
  };
  return parseSettings(text, { environment: {}, directory: '/', readFile }).settings;
}
