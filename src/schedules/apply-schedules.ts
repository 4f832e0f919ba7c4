import type { Client } from '@temporalio/client';

import type { Settings } from '../config/settings/settings';
import { applyScheduleChange, findScheduleChanges } from './schedule-changes';

/**
 * Gives Temporal the schedules of a file; those that the file made before and has no longer go.
 * @param file - absolute path of the configuration
 * @returns ids of the schedules that are there now
 * @throws SyncFailure `InvalidConfig` for an interval that is none, or a schedule that somebody else owns
 */
export async function applySchedules(client: Client, settings: Settings, file: string): Promise<string[]> {
  const changes = await findScheduleChanges(client, settings, file, true);
  for (const change of changes) await applyScheduleChange(client, change);
  return changes.filter(({ action }) => action !== 'delete' && action !== 'leave').map(({ id }) => id);
}
