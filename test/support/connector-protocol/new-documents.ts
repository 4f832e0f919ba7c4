/** Documents of the protocol, as JSON. */
export type Document = Readonly<Record<string, unknown>>;

const MIDNIGHT = '0 0 0 * * ?';

/** A connector as it is made, with fields of its own. */
export function newConnector(fields: Document): Document {
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

/** Basic rules, and the value of the advanced snippet, as they are kept. */
export function ruleSet(rules: readonly Document[], value: unknown): Document {
  const now = new Date().toISOString();
  const last = { id: 'DEFAULT', policy: 'include', field: '_', rule: 'regex', value: '.*', order: rules.length };
  const stamped = [...rules, last].map((rule, order) => ({ order, created_at: now, updated_at: now, ...rule }));
  return { rules: stamped, advanced_snippet: { value, created_at: now, updated_at: now } };
}

/** A job as a click on "Sync" makes it. */
export function newJob(id: string, connector: Document, jobType: string): Document {
  const now = new Date().toISOString();
  const { index_name, service_type, configuration, pipeline, filtering } = connector;
  const [rules] = (filtering ?? []) as Document[];
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
