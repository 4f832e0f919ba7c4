import type { Client } from '@temporalio/client';

import type { Settings } from '../config/settings/settings';
import { SyncFailure } from '../sync/failures';
import { compareSchedules, type ScheduleChange } from './compare-schedules';
import { findOwnedSchedule, isOfFile, listOwnedSchedules, type OwnedSchedule } from './owned-schedules';
import { defineSchedules, JOB_TYPES, scheduleId } from './schedule-definition';
import { isMadeHere } from './schedule-origin';
import { fromDescription, toScheduleOptions } from './temporal-schedule';

/**
 * Finds the changes that give Temporal the schedules of the file. Of other connectors only those are named which this
 * file has made: they are deleted when it is told to `prune`.
 * @param file - absolute path of the configuration
 * @throws SyncFailure `InvalidConfig` for an interval that is none, or a schedule that somebody else owns
 */
export async function findScheduleChanges(
  client: Client,
  settings: Settings,
  file: string,
  prune = false,
): Promise<ScheduleChange[]> {
  const listed = await listOwnedSchedules(client, settings.temporal);
  const connectors = new Set(settings.connectors.map(({ id }) => id));
  const orphans = listed
    // Those of connectors that are managed in Elasticsearch are the service's to delete.
    .filter(({ origin }) => origin?.served !== true)
    .filter(({ owner, origin }) => !connectors.has(owner.connectorId) && isMadeHere(origin, file))
    .map(({ description }) => ({ action: prune ? 'delete' : 'leave', id: description.scheduleId }) as const);
  return findDefinedChanges(client, settings, file, orphans);
}

/**
 * The same for the connectors of the settings alone: nothing is listed.
 * @param orphans - the fate of schedules of others
 */
export async function findDefinedChanges(
  client: Client,
  settings: Settings,
  file: string,
  orphans: readonly ScheduleChange[] = [],
): Promise<ScheduleChange[]> {
  const wanted = defineSchedules(settings, file);
  const ids = settings.connectors.flatMap(({ id }) => JOB_TYPES.map((jobType) => scheduleId(id, jobType)));
  const wantedIds = new Set(wanted.map(({ id }) => id));
  const named = await Promise.all(
    ids.map((id) => findOwnedSchedule(client, settings.temporal, id, { isWanted: wantedIds.has(id) })),
  );
  const own = named.filter((schedule) => schedule !== undefined);
  for (const schedule of own) refuseOtherFile(schedule, settings, file);
  return compareSchedules(
    wanted,
    own.map(({ description }) => fromDescription(description)),
    orphans,
  );
}

/** @throws SyncFailure `InvalidConfig` where another file defines the connector, too */
function refuseOtherFile(schedule: OwnedSchedule, settings: Settings, file: string): void {
  const { owner, origin, description } = schedule;
  if (origin === undefined || isOfFile(schedule, settings, file)) return;
  throw new SyncFailure(
    'InvalidConfig',
    `Connector ${owner.connectorId} is defined by two files: ${origin.file} on ${origin.host} made the ` +
      `schedule ${description.scheduleId} (into ${origin.destination})`,
    `Take it out of one of them, or call it something else; to move it here, delete the schedule first: ` +
      `\`pgferry schedule delete ${owner.connectorId}\`.`,
  );
}

/** Makes one change. A paused schedule stays paused when it is updated. */
export async function applyScheduleChange(client: Client, change: ScheduleChange): Promise<void> {
  const handle = client.schedule.getHandle(change.id);
  if (change.action === 'delete') await handle.delete();
  if (change.action === 'create') await client.schedule.create(toScheduleOptions(change.wanted));
  if (change.action !== 'update') return;
  const { spec, action, policies } = toScheduleOptions(change.wanted);
  await handle.update(({ state }) => ({ spec, action, policies, state }));
}
