import type { Client } from '@elastic/elasticsearch';

import { asList, asObject, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { type FoundDocument, readFound } from './found-document';
import { AS_CONNECTORS, CONNECTORS, SYNC_JOBS } from './protocol-index';

type ProtocolIndex = typeof CONNECTORS | typeof SYNC_JOBS;

/** A connector as it is this moment; undefined where there is none, or only one that is marked as deleted. */
export async function findConnectorDocument(client: Client, id: string): Promise<FoundDocument | undefined> {
  const found = await findConnectorOrRemains(client, id);
  return found?.source['deleted'] === true ? undefined : found;
}

/** The same, also one that is marked as deleted. */
export function findConnectorOrRemains(client: Client, id: string): Promise<FoundDocument | undefined> {
  return findDocument(client, CONNECTORS, id);
}

/** A sync job as it is this moment, with the settings that it holds. */
export function findJobDocument(client: Client, id: string): Promise<FoundDocument | undefined> {
  return findDocument(client, SYNC_JOBS, id);
}

async function findDocument(client: Client, index: ProtocolIndex, id: string): Promise<FoundDocument | undefined> {
  const doing = `reading ${id} in ${index}`;
  const answer: unknown = await translateFailures(doing, () =>
    unlessMissing(() => client.get({ index, id }, AS_CONNECTORS)),
  );
  return answer === undefined ? undefined : readAnswer(doing, () => readFound(answer));
}

/** Connectors a request. */
const PAGE = 200;

/** Connectors as they are this moment; those that are gone are left out. */
export async function findConnectorDocuments(client: Client, ids: readonly string[]): Promise<FoundDocument[]> {
  const found: FoundDocument[] = [];
  for (let start = 0; start < ids.length; start += PAGE) {
    const doing = `reading connectors in ${CONNECTORS}`;
    const answer: unknown = await translateFailures(doing, () =>
      client.mget({ index: CONNECTORS, ids: ids.slice(start, start + PAGE) }, AS_CONNECTORS),
    );
    const documents = readAnswer(doing, () => asList(asObject(answer)['docs']).filter(isFound).map(readFound));
    found.push(...documents.filter(({ source }) => source['deleted'] !== true));
  }
  return found;
}

function isFound(document: unknown): boolean {
  return asObject(document)['found'] === true;
}

/** Statuses of jobs that have ended. */
const ENDED = ['completed', 'error', 'canceled'];

/** The job of a connector that was made last, of those that have ended. Sees what was refreshed. */
export async function findLastEndedJob(client: Client, connectorId: string): Promise<FoundDocument | undefined> {
  const doing = `looking for the last sync job of ${connectorId}`;
  const answer: unknown = await translateFailures(doing, () =>
    client.search(
      {
        index: SYNC_JOBS,
        ignore_unavailable: true,
        size: 1,
        seq_no_primary_term: true,
        _source: { excludes: ['connector.configuration', 'connector.filtering'] },
        sort: [{ created_at: 'desc' }],
        query: {
          bool: { filter: [{ term: { 'connector.id': connectorId } }, { terms: { status: ENDED } }] },
        },
      },
      AS_CONNECTORS,
    ),
  );
  return readAnswer(doing, () => asList(asObject(asObject(answer)['hits'])['hits']).map(readFound))[0];
}
