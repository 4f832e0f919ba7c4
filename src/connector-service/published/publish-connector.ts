import { hostname } from 'node:os';

import type { ConnectorSettings } from '../../config/settings/settings';
import { findConnectorOrRemains } from '../../elasticsearch/connector-documents/find-documents';
import { changeConnector, createConnector } from '../../elasticsearch/connector-documents/write-documents';
import { SyncFailure } from '../../sync/failures';
import type { ServiceContext } from '../context/service-context';
import { type ConnectorDocument, readConnector, toPublicationMark } from '../protocol/connector-document';
import { describeFailures } from '../protocol/describe-failure';
import { FEATURES } from '../protocol/find-repairs';
import { findPublishedChanges, toFiltering } from './find-published-changes';
import { type Publication, toPublication } from './to-publication';

/**
 * Makes the document of a connector of the file, which is not there, or which somebody has deleted.
 * @throws SyncFailure `InvalidConfig` where somebody has made another connector of its id
 */
export async function publishConnector(context: ServiceContext, settings: ConnectorSettings): Promise<void> {
  const { elasticsearch, log } = context;
  const found = await findConnectorOrRemains(elasticsearch, settings.id);
  if (found === undefined) {
    const document = newDocument(toPublication(settings), describeFile(context));
    if (await createConnector(elasticsearch, settings.id, document))
      log.info(`Connector ${settings.id} of the file is shown in Kibana`);
    return;
  }
  const connector = readConnector(found);
  if (connector.publishedAs === undefined) throw takenByOther(connector);
  if (found.source['deleted'] === true) await changeConnector(elasticsearch, connector, { deleted: false });
}

/** Somebody's connector is never overwritten by one of the file. */
export function takenByOther({ id }: ConnectorDocument): SyncFailure {
  return new SyncFailure(
    'InvalidConfig',
    `Elasticsearch has a connector ${id} that pgferry has not made: the one of the file is not shown in Kibana`,
    'Delete that one in Kibana, or name the one of the file otherwise.',
  );
}

function newDocument({ hash, ...wanted }: Publication, file: string) {
  const now = new Date().toISOString();
  const { name, index_name, configuration, scheduling, pipeline } = wanted;
  return {
    ...{ name, index_name, configuration, scheduling, pipeline },
    description: `Defined in ${file}: changes belong there.`,
    service_type: 'postgresql',
    is_native: false,
    status: 'configured',
    features: FEATURES,
    filtering: toFiltering({ hash, ...wanted }, now),
    custom_scheduling: {},
    last_seen: now,
    sync_now: false,
    deleted: false,
    ...toPublicationMark(hash),
  };
}

/** What is to be written so that a connector's document says what the file says, and what somebody had changed. */
export interface Correction {
  readonly changes: Readonly<Record<string, unknown>>;
  readonly isMeddled: boolean;
}

/** @returns undefined where nothing differs */
export function findCorrection(
  context: ServiceContext,
  connector: ConnectorDocument,
  settings: ConnectorSettings,
): Correction | undefined {
  const found = findPublishedChanges(connector, toPublication(settings), new Date().toISOString());
  if (found === undefined) return undefined;
  const { changes, meddled } = found;
  if (meddled.length === 0) return { changes, isMeddled: false };
  const where = describeFile(context);
  const message = `The connector is defined in ${where}: what was changed here (${meddled.join(', ')}) was put back`;
  const error = describeFailures([{ message, remedy: `Change it there, in the entry ${connector.id}.` }]);
  return { changes: { ...changes, status: 'error', error }, isMeddled: true };
}

function describeFile({ file }: ServiceContext): string {
  return file === '' ? `the configuration of pgferry on ${hostname()}` : `${file} on ${hostname()}`;
}
