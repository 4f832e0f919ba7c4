import type { Client } from '@elastic/elasticsearch';

import { hashDefinition } from '../../config/settings/hash-definition';
import type { ConnectorSettings, ServedSettings, Settings } from '../../config/settings/settings';
import { type BegunSync, claimJob } from '../../connector-service/jobs/claim-job';
import { type ConnectorDocument, readConnector } from '../../connector-service/protocol/connector-document';
import { snapshotOf } from '../../connector-service/protocol/job-document';
import { readSettings, secretsOf } from '../../connector-service/protocol/read-settings';
import { type Snapshot, snapshotOfConnector, snapshotOfJob } from '../../connector-service/protocol/to-entry';
import { ensureContentIndex } from '../../elasticsearch/connector-documents/ensure-content-index';
import { findConnectorDocument, findJobDocument } from '../../elasticsearch/connector-documents/find-documents';
import { keepSecrets } from '../../logging/blot-secrets';
import { SyncFailure } from '../../sync/failures';
import { NotDefinedHere } from './not-defined-here';

/** Settings of a connector that is managed in Elasticsearch, and the definition that a sync travels under. */
export interface ServedConnector {
  readonly settings: ConnectorSettings;
  readonly definition: string;
}

/** Stands between the hash of a definition and the id of the job's document that holds it. */
const OF_JOB = '@';
const OF_SERVED = new RegExp(`^[\\da-f]{16}${OF_JOB}`, 'u');

/** Whether a definition is one of a job's document: the name of an index may follow a hash as well, and hold an `@`. */
export function isOfJob(definition: string): boolean {
  return OF_SERVED.test(definition);
}

/**
 * Reads a connector as it is now.
 * @throws NotDefinedHere where the file does not serve it, or it is not there
 * @throws SyncFailure `InvalidConfig` for what is wrong with its configuration
 */
export async function readServed(client: Client, settings: Settings, connectorId: string): Promise<ServedConnector> {
  const { served } = settings;
  const found = served === undefined ? undefined : await findConnectorDocument(client, connectorId);
  const connector = found === undefined ? undefined : readConnector(found);
  if (served === undefined || connector === undefined || !serves(served, connector)) throw notServed(connectorId);
  return toServed(snapshotOfConnector(connector), served, settings);
}

/**
 * Claims the job of a sync that begins, makes sure of its index, and reads the settings that the job holds.
 * @throws NotDefinedHere where the file does not serve the connector
 */
export async function beginServed(client: Client, settings: Settings, begun: BegunSync): Promise<ServedConnector> {
  const { served } = settings;
  const found = served === undefined ? undefined : await findConnectorDocument(client, begun.connectorId);
  if (served === undefined || found === undefined || !serves(served, readConnector(found)))
    throw notServed(begun.connectorId);
  const jobId = await claimJob(client, begun);
  return readServedJob(client, settings, begun.connectorId, jobId);
}

/**
 * Claims the job of a sync that begins, of a connector which the file defines and publishes. Where it can't be shown, a sync that
 * was not asked for in Elasticsearch runs all the same.
 */
export async function beginPublished(client: Client, begun: BegunSync): Promise<void> {
  const found = await findConnectorDocument(client, begun.connectorId);
  const isPublished = found !== undefined && readConnector(found).publishedAs !== undefined;
  if (!isPublished && begun.syncJob === undefined) return;
  try {
    await claimJob(client, begun);
  } catch (error) {
    const isShown = begun.syncJob === undefined && error instanceof SyncFailure && error.type === 'InvalidConfig';
    if (!isShown) throw error;
  }
}

/** Makes the index of a sync that begins, where there is none. */
export async function prepareServed(client: Client, { settings }: ServedConnector): Promise<void> {
  await ensureContentIndex(client, settings.indexName);
}

/**
 * Reads a connector as the job of a definition holds it.
 * @throws NotDefinedHere where the file serves it not, or otherwise, or the job's document is gone
 */
export async function readServedAs(
  client: Client,
  settings: Settings,
  connectorId: string,
  definition: string,
): Promise<ServedConnector> {
  const jobId = definition.slice(definition.indexOf(OF_JOB) + 1);
  const found = await readServedJob(client, settings, connectorId, jobId);
  if (found.definition === definition) return found;
  throw new NotDefinedHere('ConfigChanged', `connector ${connectorId} has another definition`);
}

async function readServedJob(
  client: Client,
  settings: Settings,
  connectorId: string,
  jobId: string,
): Promise<ServedConnector> {
  const { served } = settings;
  if (served === undefined) throw notServed(connectorId);
  const job = await findJobDocument(client, jobId);
  const { service_type: serviceType } = job === undefined ? {} : snapshotOf(job);
  if (job === undefined || !isServed(served, connectorId, serviceType)) throw notServed(connectorId);
  return toServed(snapshotOfJob(connectorId, snapshotOf(job)), served, settings, jobId);
}

function toServed(
  snapshot: Snapshot,
  served: ServedSettings,
  { elasticsearch }: Settings,
  jobId?: string,
): ServedConnector {
  keepSecrets(secretsOf(snapshot));
  const settings = readSettings(snapshot, served);
  const hash = hashDefinition(settings, elasticsearch);
  return { settings, definition: jobId === undefined ? hash : `${hash}${OF_JOB}${jobId}` };
}

/** Whether a file serves a connector that is there: one that another file has published is that file's. */
function serves(served: ServedSettings, { id, serviceType, publishedAs }: ConnectorDocument): boolean {
  return publishedAs === undefined && isServed(served, id, serviceType);
}

/** Whether a file serves a connector: it names it, or serves all of PostgreSQL. */
export function isServed({ entries, all }: ServedSettings, connectorId: string, serviceType: unknown): boolean {
  return entries.some(({ id }) => id === connectorId) || (all && serviceType === 'postgresql');
}

function notServed(connectorId: string): NotDefinedHere {
  return new NotDefinedHere('InvalidConfig', `there is no connector '${connectorId}', here or in Elasticsearch`);
}
