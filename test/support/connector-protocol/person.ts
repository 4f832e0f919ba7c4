import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';

import { type Document, newConnector, newJob, ruleSet } from './new-documents';

const CONNECTORS = '.elastic-connectors';
const JOBS = '.elastic-connectors-sync-jobs';

/** A schedule as Kibana saves it. */
interface Schedule {
  readonly enabled: boolean;
  readonly interval: string;
}

/** A person who works in Kibana. */
export interface Person {
  /** Creates a connector; its id is given back. */
  readonly create: (fields?: Document) => Promise<string>;
  /** Saves the form: the values of fields that the service has put there. */
  readonly configure: (id: string, values: Document) => Promise<void>;
  readonly schedule: (id: string, schedules: Readonly<Record<string, Schedule>>) => Promise<void>;
  /** Saves a draft of sync rules: basic ones, and the advanced snippet. */
  readonly draft: (id: string, rules: readonly Document[], snippet?: unknown) => Promise<void>;
  /** Clicks on "Sync"; the job's id is given back. */
  readonly sync: (id: string, jobType?: string) => Promise<string>;
  readonly cancel: (jobId: string) => Promise<void>;
  readonly deleteJob: (jobId: string) => Promise<void>;
  /** Changes fields of a connector. */
  readonly edit: (id: string, changes: Document) => Promise<void>;
  /** Changes fields of a job, as another service does. */
  readonly change: (jobId: string, changes: Document) => Promise<void>;
  readonly attach: (id: string, indexName: string | null) => Promise<void>;
  readonly deleteConnector: (id: string) => Promise<void>;
  /** Writes the whole of a connector anew, as Kibana does when it makes an API key: what was written meanwhile is lost. */
  readonly overwrite: (id: string, document: Document) => Promise<void>;
  readonly connector: (id: string) => Promise<Document>;
  readonly job: (jobId: string) => Promise<Document>;
  /** Jobs of a connector, the newest first. */
  readonly jobs: (id: string) => Promise<readonly (Document & { readonly id: string })[]>;
}

/**
 * One who writes the documents that the Connector API writes.
 * @param client - of Elasticsearch itself: without the module that serves the API, documents are all there is
 */
export function asPerson(client: Client): Person {
  const change = (index: string, id: string, doc: Document) =>
    client.update({ index, id, doc, refresh: true, retry_on_conflict: 5 });
  const read = async (index: string, id: string) => (await client.get<Document>({ index, id }))._source ?? {};
  const connector = (id: string) => read(CONNECTORS, id);
  const job = (id: string) => read(JOBS, id);
  return {
    connector,
    job,
    create: async (fields = {}) => {
      const id = `person-${randomBytes(6).toString('hex')}`;
      await client.index({ index: `${CONNECTORS}-v1`, id, document: newConnector(fields), refresh: true });
      return id;
    },
    configure: async (id, values) => {
      const configuration = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
      await change(CONNECTORS, id, { configuration, status: 'configured' });
    },
    schedule: async (id, scheduling) => {
      await change(CONNECTORS, id, { scheduling });
    },
    draft: async (id, rules, snippet = {}) => {
      const [filtering] = (await connector(id))['filtering'] as Document[];
      const draft = { ...ruleSet(rules, snippet), validation: { state: 'edited', errors: [] } };
      await change(CONNECTORS, id, { filtering: [{ ...filtering, draft }] });
    },
    sync: async (id, jobType = 'full') => {
      const document = newJob(id, await connector(id), jobType);
      return (await client.index({ index: `${JOBS}-v1`, document, refresh: true }))._id;
    },
    cancel: async (jobId) => {
      const now = new Date().toISOString();
      const isWaiting = ['pending', 'suspended'].includes(String((await job(jobId))['status']));
      const ended = { status: 'canceled', canceled_at: now, completed_at: now };
      await change(JOBS, jobId, { cancelation_requested_at: now, ...(isWaiting ? ended : { status: 'canceling' }) });
    },
    deleteJob: async (id) => {
      await client.delete({ index: JOBS, id, refresh: true });
    },
    edit: async (id, changes) => {
      await change(CONNECTORS, id, changes);
    },
    change: async (jobId, changes) => {
      await change(JOBS, jobId, changes);
    },
    attach: async (id, indexName) => {
      await change(CONNECTORS, id, { index_name: indexName });
    },
    deleteConnector: async (id) => {
      await client.delete({ index: CONNECTORS, id, refresh: true });
    },
    overwrite: async (id, document) => {
      await client.index({ index: CONNECTORS, id, document, refresh: true });
    },
    jobs: async (id) => {
      await client.indices.refresh({ index: JOBS });
      const query = { term: { 'connector.id': id } };
      const found = await client.search<Document>({ index: JOBS, size: 1_000, query, sort: [{ created_at: 'desc' }] });
      return found.hits.hits.map((hit) => ({ ...hit._source, id: hit._id ?? '' }));
    },
  };
}
