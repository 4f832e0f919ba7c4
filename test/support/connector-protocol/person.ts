import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';

/** Documents of the protocol, as JSON. */
export type Document = Readonly<Record<string, unknown>>;

const CONNECTORS = '.elastic-connectors';
const JOBS = '.elastic-connectors-sync-jobs';
const MIDNIGHT = '0 0 0 * * ?';

/** A schedule as Kibana saves it. */
interface Schedule {
  readonly enabled: boolean;
  readonly interval: string;
}

/** A person who works in Kibana: writes the documents that the Connector API writes for it. */
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
  readonly attach: (id: string, indexName: string | null) => Promise<void>;
  readonly deleteConnector: (id: string) => Promise<void>;
  /** Writes the whole of a connector anew, as Kibana does when it makes an API key: what was written meanwhile is lost. */
  readonly overwrite: (id: string, document: Document) => Promise<void>;
  readonly connector: (id: string) => Promise<Document>;
  readonly job: (jobId: string) => Promise<Document>;
  /** Jobs of a connector, the newest first. */
  readonly jobs: (id: string) => Promise<readonly (Document & { readonly id: string })[]>;
}

/** @param client - of Elasticsearch itself: without the module that serves the API, documents are all there is */
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
      const found = await client.search<Document>({ index: JOBS, size: 100, query, sort: [{ created_at: 'desc' }] });
      return found.hits.hits.map((hit) => ({ ...hit._source, id: hit._id ?? '' }));
    },
  };
}

function newConnector(fields: Document): Document {
  const off = { enabled: false, interval: MIDNIGHT };
  const rules = { ...ruleSet([], {}), validation: { state: 'valid', errors: [] } };
  return {
    configuration: {},
    custom_scheduling: {},
    filtering: [{ domain: 'DEFAULT', active: rules, draft: rules }],
    is_native: false,
    name: '',
    scheduling: { full: off, incremental: off, access_control: off },
    service_type: 'postgresql',
    status: 'created',
    sync_now: false,
    deleted: false,
    ...fields,
  };
}

function ruleSet(rules: readonly Document[], value: unknown): Document {
  const now = new Date().toISOString();
  const last = { id: 'DEFAULT', policy: 'include', field: '_', rule: 'regex', value: '.*', order: rules.length };
  const stamped = [...rules, last].map((rule, order) => ({ order, created_at: now, updated_at: now, ...rule }));
  return { rules: stamped, advanced_snippet: { value, created_at: now, updated_at: now } };
}

function newJob(id: string, connector: Document, jobType: string): Document {
  const now = new Date().toISOString();
  const { index_name, service_type, configuration, pipeline, filtering } = connector;
  const [rules] = filtering as Document[];
  return {
    connector: { id, index_name, service_type, configuration, pipeline, filtering: rules?.['active'] },
    created_at: now,
    last_seen: now,
    deleted_document_count: 0,
    indexed_document_count: 0,
    indexed_document_volume: 0,
    total_document_count: 0,
    job_type: jobType,
    trigger_method: 'on_demand',
    metadata: {},
    status: 'pending',
  };
}
