import type { Client } from '@elastic/elasticsearch';

import type { Document } from './new-documents';
import { asPerson, type Person } from './person';

/**
 * One who does everything by the Connector API, but for what Kibana itself writes into the documents.
 * @param url - of Elasticsearch, or what stands in for its Connector API
 * @param client - of Elasticsearch
 */
export function asPersonByApi(url: string, client: Client): Person {
  const ask = (method: string, path: string, body: Document = {}) => askApi(`${url}/_connector${path}`, method, body);
  const put = async (id: string, what: string, body: Document) => {
    await ask('PUT', `/${id}/${what}`, body);
  };
  return {
    ...asPerson(client),
    create: async (fields = {}) => String((await ask('POST', '', { service_type: 'postgresql', ...fields }))['id']),
    configure: (id, values) => put(id, '_configuration', { values }),
    schedule: (id, scheduling) => put(id, '_scheduling', { scheduling }),
    draft: (id, rules, value = {}) => put(id, '_filtering', { rules, advanced_snippet: { value } }),
    attach: (id, indexName) => put(id, '_index_name', { index_name: indexName }),
    sync: async (id, jobType = 'full') => String((await ask('POST', '/_sync_job', { id, job_type: jobType }))['id']),
    cancel: (jobId) => put('_sync_job', `${jobId}/_cancel`, {}),
    deleteJob: async (jobId) => {
      await ask('DELETE', `/_sync_job/${jobId}`);
    },
    deleteConnector: async (id) => {
      await ask('DELETE', `/${id}?hard=true`);
    },
  };
}

async function askApi(url: string, method: string, body: Document): Promise<Document> {
  const request = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, request);
  // Somebody else changed the document in these milliseconds: try again.
  if (response.status === 409) return askApi(url, method, body);
  const answer = (await response.json()) as Document;
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
