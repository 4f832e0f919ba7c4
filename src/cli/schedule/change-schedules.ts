import type { ScheduleHandle } from '@temporalio/client';

import { isOfFile, listOwnedSchedules, type OwnedSchedule } from '../../schedules/owned-schedules';
import { SyncFailure } from '../../sync/failures';
import type { TemporalSession } from '../session/with-temporal';

/** Which schedules a command is about. */
export interface ScheduleSelection {
  readonly connectorId?: string;
  readonly full?: true;
  readonly incremental?: true;
  readonly all?: true;
  readonly note?: string;
}

type Verb = 'trigger' | 'pause' | 'resume' | 'delete';

const DONE: Readonly<Record<Verb, string>> = {
  trigger: 'triggered',
  pause: 'paused',
  resume: 'resumed',
  delete: 'deleted',
};

/** Does the same to every selected schedule; to those of a connector that the file does not define only by its name. */
export async function changeSchedules(
  { client, settings, file, terminal }: TemporalSession,
  verb: Verb,
  selection: ScheduleSelection,
): Promise<void> {
  const owned = await listOwnedSchedules(client, settings.temporal);
  const { connectorId } = selection;
  // One that is named may be of any file.
  const candidates =
    connectorId === undefined
      ? owned.filter((schedule) => isOfFile(schedule, settings, file))
      : owned.filter(({ owner }) => owner.connectorId === connectorId);
  const selected = selectSchedules(candidates, selection);
  const ids = selected.map(({ description }) => description.scheduleId);
  for (const id of ids) await change(client.schedule.getHandle(id), verb, selection.note);
  terminal.result({ action: verb, schedules: ids }, () => ids.map((id) => `${id} ${DONE[verb]}`).join('\n'));
}

async function change(handle: ScheduleHandle, verb: Verb, note?: string): Promise<void> {
  if (verb === 'trigger') await handle.trigger();
  // The SDK's own note would name the SDK.
  if (verb === 'pause') await handle.pause(note ?? 'by pgferry schedule pause');
  if (verb === 'resume') await handle.unpause(note ?? 'by pgferry schedule resume');
  if (verb === 'delete') await handle.delete();
}

function selectSchedules(owned: readonly OwnedSchedule[], selection: ScheduleSelection): OwnedSchedule[] {
  const { connectorId, full, incremental, all } = selection;
  const ids = [...new Set(owned.map(({ owner }) => owner.connectorId))];
  if (connectorId === undefined && all !== true && ids.length > 1) {
    throw new SyncFailure(
      'InvalidConfig',
      `which connector? There are schedules of ${ids.join(', ')}`,
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
