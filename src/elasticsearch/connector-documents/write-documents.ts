import type { Client } from '@elastic/elasticsearch';

import { statusOf, unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import type { FoundId } from './found-document';
import { AS_CONNECTORS, CONNECTORS, SYNC_JOBS } from './protocol-index';

/** Fields to be changed: objects are merged, everything else is replaced. */
export type Changes = Readonly<Record<string, unknown>>;

/**
 * Changes a connector, as long as nobody has since it was found.
 * @returns false where somebody has, or where it is gone
 */
export function changeConnector(client: Client, found: FoundId, changes: Changes): Promise<boolean> {
  return change(client, CONNECTORS, found, changes);
}

/**
 * Changes a sync job, as long as nobody has since it was found.
 * @returns false where somebody has, or where it is gone
 */
export function changeJob(client: Client, found: FoundId, changes: Changes): Promise<boolean> {
  return change(client, SYNC_JOBS, found, changes);
}

async function change(client: Client, index: string, { id, ...at }: FoundId, doc: Changes): Promise<boolean> {
  return translateFailures(`changing ${id} in ${index}`, async () => {
    try {
      const request = { index, id, if_seq_no: at.seqNo, if_primary_term: at.primaryTerm, doc };
      return (await unlessMissing(() => client.update({ ...request, refresh: true }, AS_CONNECTORS))) !== undefined;
    } catch (error) {
      if (statusOf(error) === CONFLICT) return false;
      throw error;
    }
  });
}

/** The status of the answer to a change that came too late. */
const CONFLICT = 409;

/**
 * Makes a sync job under an id of our own.
 * @returns false where there is one of that id
 */
export function createJob(client: Client, id: string, document: Changes): Promise<boolean> {
  return create(client, SYNC_JOBS, id, document);
}

/**
 * Makes a connector under an id of our own.
 * @returns false where there is one of that id, be it marked as deleted
 */
export function createConnector(client: Client, id: string, document: Changes): Promise<boolean> {
  return create(client, CONNECTORS, id, document);
}

async function create(client: Client, index: string, id: string, document: Changes): Promise<boolean> {
  return translateFailures(`making ${id} in ${index}`, async () => {
    try {
      await client.create({ index, id, document, refresh: true }, AS_CONNECTORS);
      return true;
    } catch (error) {
      if (statusOf(error) === CONFLICT) return false;
      throw error;
    }
  });
}
