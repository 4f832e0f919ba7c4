import { findOwnedSchedule, listOwnedSchedules } from '../../schedules/owned-schedules';
import { applyScheduleChange, findDefinedChanges } from '../../schedules/schedule-changes';
import { JOB_TYPES, scheduleId } from '../../schedules/schedule-definition';
import { isMadeHere } from '../../schedules/schedule-origin';
import type { ServiceContext } from '../context/service-context';
import { type ConnectorDocument, isBlank, readFields } from '../protocol/connector-document';
import { readSnapshot } from '../protocol/read-settings';
import { snapshotOfConnector } from '../protocol/to-entry';

/**
 * Makes Temporal's schedules of a connector those of its document. One that can't be read leaves them as they are: it is shown as
 * the connector's error.
 */
export async function keepSchedules(context: ServiceContext, connector: ConnectorDocument): Promise<void> {
  const { temporal, settings, file, log } = context;
  if (!isScheduled(connector)) {
    await removeSchedules(context, connector.id);
    return;
  }
  const read = readSnapshot(snapshotOfConnector(connector), settings.served);
  if (!('settings' in read)) return;
  const changes = await findDefinedChanges(temporal, { ...settings, connectors: [read.settings] }, file);
  for (const change of changes) {
    await applyScheduleChange(temporal, change);
    if (change.action !== 'unchanged') log.info(`Schedule ${change.id}: ${change.action}`);
  }
}

/** Whether any sync of a connector is to start by itself. */
function isScheduled(connector: ConnectorDocument): boolean {
  const { scheduling, indexName } = connector;
  if (isBlank(connector) || indexName === undefined) return false;
  return JOB_TYPES.some((jobType) => readFields(scheduling[jobType])['enabled'] === true);
}

/** Deletes the schedules of a connector that is gone, detached, or has none any more. */
export async function removeSchedules({ temporal, settings, log }: ServiceContext, connectorId: string): Promise<void> {
  for (const jobType of JOB_TYPES) {
    const id = scheduleId(connectorId, jobType);
    const found = await findOwnedSchedule(temporal, settings.temporal, id, { isWanted: false });
    if (found === undefined) continue;
    await applyScheduleChange(temporal, { action: 'delete', id });
    log.info(`Schedule ${id}: delete`);
  }
}

/** Connectors that have schedules which this file's service made. */
export async function listScheduled({ temporal, settings, file }: ServiceContext): Promise<string[]> {
  const owned = await listOwnedSchedules(temporal, settings.temporal);
  const ours = owned.filter(({ origin }) => origin?.served === true && isMadeHere(origin, file));
  return [...new Set(ours.map(({ owner }) => owner.connectorId))];
}
