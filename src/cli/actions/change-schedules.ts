import type { ScheduleHandle } from '@temporalio/client';

import { nameSome } from '../../config/problems/name-some';
import { isOfFile, listOwnedSchedules, type OwnedSchedule } from '../../schedules/owned-schedules';
import { SyncFailure } from '../../sync/failures';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { withTemporal } from '../session/with-temporal';

/** Options of `pgferry schedule trigger|pause|resume|delete`. */
export interface ScheduleOptions extends ConfigurationOptions {
  readonly full?: true;
  readonly incremental?: true;
  readonly all?: true;
  readonly note?: string;
}

/** Verbs of `pgferry schedule` for one schedule. */
export type ScheduleVerb = 'trigger' | 'pause' | 'resume' | 'delete';

const DONE: Readonly<Record<ScheduleVerb, string>> = {
  trigger: 'triggered',
  pause: 'paused',
  resume: 'resumed',
  delete: 'deleted',
};

/** Does the same to every selected schedule; to those of a connector that the file does not define only by its name. */
export function changeSchedules(
  verb: ScheduleVerb,
  connectorId: string | undefined,
  options: ScheduleOptions,
): Promise<void> {
  return withTemporal(options, async ({ client, settings, file, terminal }) => {
    const owned = await listOwnedSchedules(client, settings.temporal);
    // One that is named may be of any file.
    const candidates =
      connectorId === undefined
        ? owned.filter((schedule) => isOfFile(schedule, settings, file))
        : owned.filter(({ owner }) => owner.connectorId === connectorId);
    const selected = selectSchedules(candidates, connectorId, options);
    const ids = selected.map(({ description }) => description.scheduleId);
    for (const id of ids) await change(client.schedule.getHandle(id), verb, options.note);
    terminal.result({ action: verb, schedules: ids }, () => ids.map((id) => `${id} ${DONE[verb]}`).join('\n'));
  });
}

async function change(handle: ScheduleHandle, verb: ScheduleVerb, note?: string): Promise<void> {
  if (verb === 'trigger') await handle.trigger();
  // The SDK's own note would name the SDK.
  if (verb === 'pause') await handle.pause(note ?? 'by pgferry schedule pause');
  if (verb === 'resume') await handle.unpause(note ?? 'by pgferry schedule resume');
  if (verb === 'delete') await handle.delete();
}

function selectSchedules(
  owned: readonly OwnedSchedule[],
  connectorId: string | undefined,
  { full, incremental, all }: ScheduleOptions,
): OwnedSchedule[] {
  const ids = [...new Set(owned.map(({ owner }) => owner.connectorId))];
  if (connectorId === undefined && all !== true && ids.length > 1) {
    throw new SyncFailure(
      'InvalidConfig',
      `which connector? There are schedules of ${nameSome(ids)}`,
      'Name one, or give --all.',
    );
  }
  const isBoth = full === incremental;
  const selected = owned.filter(({ owner }) => isBoth || owner.jobType === (full === true ? 'full' : 'incremental'));
  if (selected.length > 0) return selected;
  const whose = connectorId === undefined ? '' : ` of ${connectorId}`;
  throw new SyncFailure(
    'InvalidConfig',
    `there is no such schedule${whose}`,
    '`pgferry schedule list` shows those that are there.',
  );
}
