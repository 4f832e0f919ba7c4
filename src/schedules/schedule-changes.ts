import type { Client } from '@temporalio/client';

import type { Settings } from '../config/settings/settings';
import { compareSchedules, type ScheduleChange } from './compare-schedules';
import { findOwnedSchedule, listOwnedSchedules } from './owned-schedules';
import { defineSchedules } from './schedule-definition';
import { fromDescription, toScheduleOptions } from './temporal-schedule';

/**
 * What must change so that Temporal has the schedules of the file.
 * @throws SyncFailure `InvalidConfig` for an interval that is none, or a schedule that somebody else owns
 */
export async function findScheduleChanges(client: Client, settings: Settings): Promise<ScheduleChange[]> {
  const wanted = defineSchedules(settings);
  const listed = await listOwnedSchedules(client, settings.temporal);
  const named = await Promise.all(wanted.map(({ id }) => findOwnedSchedule(client, settings.temporal, id)));
  const present = new Map(
    [...listed, ...named.filter((schedule) => schedule !== undefined)].map(({ description }) => [
      description.scheduleId,
      fromDescription(description),
    ]),
  );
  return compareSchedules(wanted, [...present.values()]);
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
