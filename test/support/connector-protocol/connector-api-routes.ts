import { type Client, errors } from '@elastic/elasticsearch';

import { type Document, newConnector, newJob, ruleSet } from './new-documents';

const CONNECTORS = '.elastic-connectors';
const JOBS = '.elastic-connectors-sync-jobs';

/** An answer of the API that is none of success. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

type Answer = { readonly status?: number } & Document;

/**
 * Does what a request to `/_connector` asks for.
 * @param path - what follows `/_connector`
 * @throws Refusal as the module refuses
 */
export async function answerConnectorApi(
  client: Client,
  method: string,
  [first = '', second = '', third = '']: readonly string[],
  body: Document,
  query: URLSearchParams,
): Promise<Answer> {
  if (first === '_sync_job') return answerJobs(client, method, second, third, body);
  if (method === 'POST' && first === '') return create(client, undefined, body);
  if (second === '') {
    if (method === 'PUT') return create(client, first, body);
    if (method === 'GET') return { ...(await read(client, CONNECTORS, first)), id: first };
    if (method === 'DELETE') return remove(client, first, query.get('hard') === 'true');
  }
  const update = method === 'PUT' ? UPDATES[[second, third].filter(Boolean).join('/')] : undefined;
  if (update === undefined) throw new Refusal(400, 'illegal_argument_exception', `no handler found for ${method}`);
  const connector = await read(client, CONNECTORS, first);
  await merge(client, CONNECTORS, first, await update(connector, body, client, first));
  return { result: 'updated' };
}

async function create(client: Client, id: string | undefined, body: Document): Promise<Answer> {
  await refuseUsedIndex(client, body['index_name'], id);
  const document = newConnector({ service_type: undefined, ...body });
  const place = id === undefined ? {} : { id };
  const made = await client.index({ index: `${CONNECTORS}-v1`, document, refresh: true, ...place });
  return { status: made.result === 'created' ? 201 : 200, id: made._id, result: made.result };
}

async function remove(client: Client, id: string, isHard: boolean): Promise<Answer> {
  await read(client, CONNECTORS, id);
  if (isHard) await client.delete({ index: CONNECTORS, id, refresh: true });
  else await merge(client, CONNECTORS, id, { deleted: true });
  return { acknowledged: true };
}

type Update = (connector: Document, body: Document, client: Client, id: string) => Document | Promise<Document>;

/** Changes of a connector by the path that asks for them. */
const UPDATES: Readonly<Record<string, Update>> = {
  _check_in: () => ({ last_seen: new Date().toISOString() }),
  _configuration: ({ configuration }, { values }) => {
    const unknown = Object.keys(values as Document).filter((key) => !(key in (configuration as Document)));
    if (unknown.length > 0)
      throw broken(`Unknown [configuration] fields in the request payload: [${unknown.join(', ')}]`);
    const changed = Object.entries(values as Document).map(([key, value]) => [key, { value }]);
    return { configuration: Object.fromEntries(changed) as Document, status: 'configured' };
  },
  _filtering: ({ filtering }, { rules, advanced_snippet: snippet }) => {
    const [entry] = filtering as { draft: { rules: Document[]; advanced_snippet: { value: unknown } } }[];
    const others = rules === undefined ? entry?.draft.rules : (rules as Document[]);
    const value = (snippet as { value: unknown } | undefined)?.value ?? entry?.draft.advanced_snippet.value;
    const draft = {
      ...ruleSet(
        (others ?? []).filter(({ id }) => id !== 'DEFAULT'),
        value,
      ),
      validation: { state: 'edited', errors: [] },
    };
    return { filtering: [{ ...entry, draft }] };
  },
  _scheduling: (_, { scheduling }) => ({ scheduling }),
  _pipeline: (_, { pipeline }) => ({ pipeline }),
  _name: (_, names) => names,
  _index_name: async (_, { index_name }, client, id) => {
    await refuseUsedIndex(client, index_name, id);
    return { index_name };
  },
};

async function answerJobs(client: Client, method: string, id: string, act: string, body: Document): Promise<Answer> {
  if (method === 'POST' && id === '') {
    const connectorId = String(body['id']);
    const connector = await read(client, CONNECTORS, connectorId);
    requireReadable(connector);
    const document = newJob(connectorId, connector, (body['job_type'] as string | undefined) ?? 'full');
    return { status: 201, id: (await client.index({ index: `${JOBS}-v1`, document, refresh: true }))._id };
  }
  const job = await read(client, JOBS, id);
  if (method === 'GET') return { ...job, id };
  if (method === 'DELETE') {
    await client.delete({ index: JOBS, id, refresh: true });
    return { acknowledged: true };
  }
  if (act !== '_cancel') throw new Refusal(400, 'illegal_argument_exception', `no handler found for ${method}`);
  await merge(client, JOBS, id, cancellation(String(job['status'])));
  return { result: 'updated' };
}

function cancellation(status: string): Document {
  const now = new Date().toISOString();
  if (status === 'pending' || status === 'suspended')
    return { status: 'canceled', cancelation_requested_at: now, canceled_at: now, completed_at: now };
  if (status === 'in_progress') return { status: 'canceling', cancelation_requested_at: now };
  throw broken(`Invalid transition attempt from [${status}] to [canceling].`);
}

/** What the module can't parse keeps it from making a job, whoever wrote it. */
function requireReadable({ index_name, service_type, configuration }: Document): void {
  for (const [key, field] of Object.entries(configuration as Readonly<Record<string, Document>>)) {
    const { label, display = 'text', type = 'str', value = null, default_value: fallback = null } = field;
    const isReadable =
      typeof label === 'string' &&
      ['text', 'textbox', 'textarea', 'numeric', 'toggle', 'dropdown'].includes(String(display)) &&
      ['str', 'int', 'list', 'bool'].includes(String(type)) &&
      !Array.isArray(value) &&
      (fallback === null || typeof fallback !== 'object');
    if (!isReadable) throw new Refusal(400, 'x_content_parse_exception', `[connector] failed to parse field [${key}]`);
  }
  if (typeof index_name !== 'string') throw broken('Cannot start a sync for a connector with no index attached.');
  if (typeof service_type !== 'string')
    throw broken('Cannot start a sync for a connector with [service_type] not defined.');
}

async function refuseUsedIndex(client: Client, name: unknown, id: string | undefined): Promise<void> {
  if (typeof name !== 'string') return;
  const others = [{ term: { deleted: true } }, ...(id === undefined ? [] : [{ ids: { values: [id] } }])];
  const query = { bool: { filter: [{ term: { index_name: name } }], must_not: others } };
  const { count } = await client.count({ index: CONNECTORS, query });
  if (count > 0) throw broken(`Index name [${name}] is used by another connector.`);
}

async function read(client: Client, index: string, id: string): Promise<Document> {
  const found = await client.get<Document>({ index, id }, { ignore: [404] });
  if (!found.found || found._source?.['deleted'] === true)
    throw new Refusal(404, 'resource_not_found_exception', `[${id}] not found`);
  return found._source ?? {};
}

async function merge(client: Client, index: string, id: string, doc: Document): Promise<void> {
  try {
    await client.update({ index, id, doc, refresh: true });
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 409)
      throw new Refusal(409, 'version_conflict_engine_exception', `[${id}]: version conflict`);
    throw error;
  }
}

function broken(message: string): Refusal {
  return new Refusal(400, 'status_exception', message);
}
